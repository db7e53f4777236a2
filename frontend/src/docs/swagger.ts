// Goes with Swagger UI's bundle, for the page that an application serves.
import { mend, SWAGGER } from "./attributes";

const place = document.getElementById("swagger-ui");
if (place) mend(place, SWAGGER);
