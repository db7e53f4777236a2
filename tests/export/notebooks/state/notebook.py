# %%
from notebookapi import NotebookAPI, HTTPException
from pydantic import BaseModel

app = NotebookAPI(title="Notes")

# %%
class Note(BaseModel):
    id: int
    text: str

class Notes:
    """Kept in memory."""
    def __init__(self):
        self._notes = {}
    def add(self, text):
        note = Note(id=len(self._notes) + 1, text=text)
        self._notes[note.id] = note
        return note
    def find(self, number):
        return self._notes.get(number)

notes = Notes()
notes.add("first")

# %%
@app.get("/notes/{number}")
def note(number: int) -> Note:
    if (found := notes.find(number)) is None:
        raise HTTPException(404)
    return found

@app.post("/notes")
def add(text: str) -> Note:
    return notes.add(text)

# %%
add("from a cell")
notes.find(2)

# %%
api.examples.add("GET", "/notes/1")
api.examples.add("GET", "/notes/2")
api.examples.add("POST", "/notes", query={"text": "x"}, replay=True)
