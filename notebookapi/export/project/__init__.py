"""What is served -> a project that runs at once: package, tests, container, manifests."""

from notebookapi.export.project.make import export_project as export_project
from notebookapi.export.project.records import ProjectReport as ProjectReport
