from collections import Counter, defaultdict

from notebookapi import NotebookAPI

app = NotebookAPI()

WORDS = ["one", "two"]
COUNTS = Counter()
GROUPS = defaultdict(list)
TOTAL = 0
DB = None

WORDS.append("three")
WORDS += ["four"]
WORDS[0] = "ONE"
for word in WORDS:
    GROUPS[len(word)].append(word)


def count(word):
    global TOTAL
    TOTAL += 1
    COUNTS[word] += 1


count("one")
count("two")


def connect():
    global DB
    DB = {"words": list(WORDS)}


connect()


@app.get("/words")
def words() -> list[str]:
    return DB["words"]


@app.get("/counts")
def counts() -> dict[str, int]:
    return {**COUNTS, "all": TOTAL}


@app.get("/groups")
def groups() -> dict[int, list[str]]:
    return GROUPS


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
