# %% [markdown]
# # Measures
# More operations than one reads in one file.

# %%
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel

from notebookapi import APIRouter, Depends, HTTPException, NotebookAPI, Query

app = NotebookAPI(title="Measures", version="2.0", description="Measures, and how they convert.")


# %%
class Measure(BaseModel):
    """A number and its unit."""

    value: float
    unit: str


class Comparison(BaseModel):
    larger: Measure
    ratio: float


Factors = dict[str, float]


# %%
def factor(factors: Factors, unit: str) -> float:
    if unit not in factors:
        raise HTTPException(404, f"There is no unit {unit}. There are {', '.join(factors)}.")
    return factors[unit]


def converted(factors: Factors, measure: Measure, to: str) -> Measure:
    value = measure.value * factor(factors, measure.unit) / factor(factors, to)
    return Measure(value=round(value, 9), unit=to)


def compared(factors: Factors, one: Measure, other: Measure) -> Comparison:
    values = [each.value * factor(factors, each.unit) for each in (one, other)]
    larger = one if values[0] >= values[1] else other
    return Comparison(larger=larger, ratio=round(max(values) / min(values), 9))


# %%
LENGTHS = {"m": 1.0, "km": 1000.0, "mile": 1609.344}


@app.get("/lengths", tags=["lengths"])
def lengths() -> list[str]:
    return list(LENGTHS)


@app.get("/lengths/{unit}", tags=["lengths"])
def length(unit: str) -> float:
    return factor(LENGTHS, unit)


@app.post("/lengths/convert", tags=["lengths"])
def convert_length(measure: Measure, to: str = "m") -> Measure:
    return converted(LENGTHS, measure, to)


@app.post("/lengths/compare", tags=["lengths"])
def compare_lengths(one: Measure, other: Measure) -> Comparison:
    return compared(LENGTHS, one, other)


@app.post("/lengths/sum", tags=["lengths"])
def sum_lengths(measures: list[Measure]) -> Measure:
    return Measure(value=sum(converted(LENGTHS, each, "m").value for each in measures), unit="m")


# %%
LENGTHS["km"] * 2

# %%
MASSES = {"kg": 1.0, "g": 0.001, "t": 1000.0}


@app.get("/masses", tags=["masses"])
def masses() -> list[str]:
    return list(MASSES)


@app.get("/masses/{unit}", tags=["masses"])
def mass(unit: str) -> float:
    return factor(MASSES, unit)


@app.post("/masses/convert", tags=["masses"])
def convert_mass(measure: Measure, to: str = "kg") -> Measure:
    return converted(MASSES, measure, to)


@app.post("/masses/compare", tags=["masses"])
def compare_masses(one: Measure, other: Measure) -> Comparison:
    return compared(MASSES, one, other)


@app.post("/masses/sum", tags=["masses"])
def sum_masses(measures: list[Measure]) -> Measure:
    return Measure(value=sum(converted(MASSES, each, "kg").value for each in measures), unit="kg")


# %%
TIMES = {"s": 1.0, "min": 60.0, "h": 3600.0}


@app.get("/times", tags=["times"])
def times() -> list[str]:
    return list(TIMES)


@app.get("/times/{unit}", tags=["times"])
def time(unit: str) -> float:
    return factor(TIMES, unit)


@app.post("/times/convert", tags=["times"])
def convert_time(measure: Measure, to: str = "s") -> Measure:
    return converted(TIMES, measure, to)


@app.post("/times/compare", tags=["times"])
def compare_times(one: Measure, other: Measure) -> Comparison:
    return compared(TIMES, one, other)


@app.post("/times/sum", tags=["times"])
def sum_times(measures: list[Measure]) -> Measure:
    return Measure(value=sum(converted(TIMES, each, "s").value for each in measures), unit="s")


# %%
class Scale(StrEnum):
    CELSIUS = "celsius"
    FAHRENHEIT = "fahrenheit"
    KELVIN = "kelvin"


def to_kelvin(value: float, scale: Scale) -> float:
    if scale is Scale.FAHRENHEIT:
        return (value + 459.67) * 5 / 9
    return value + 273.15 if scale is Scale.CELSIUS else value


@app.get("/temperatures", tags=["temperatures"])
def temperatures() -> list[Scale]:
    return list(Scale)


@app.get("/temperatures/kelvin", tags=["temperatures"])
def kelvin(value: float, scale: Scale = Scale.CELSIUS) -> float:
    return round(to_kelvin(value, scale), 9)


@app.get("/temperatures/freezes", tags=["temperatures"])
def freezes(value: float, scale: Scale = Scale.CELSIUS) -> bool:
    return to_kelvin(value, scale) <= 273.15


@app.get("/temperatures/boils", tags=["temperatures"])
def boils(value: float, scale: Scale = Scale.CELSIUS) -> bool:
    return to_kelvin(value, scale) >= 373.15


# %%
speeds = APIRouter(prefix="/speeds", tags=["speeds"])


def distance(metres: Annotated[float, Query(ge=0)]) -> float:
    return metres


Metres = Annotated[float, Depends(distance)]


@speeds.get("/{seconds}")
def speed(seconds: float, metres: Metres) -> float:
    return metres / seconds


@speeds.get("/{seconds}/pace")
def pace(seconds: float, metres: Metres) -> Measure:
    return Measure(value=seconds / metres * LENGTHS["km"], unit="s/km")


app.include_router(speeds)

# %%
app.title

# %%
api.examples.add("GET", "/lengths")
api.examples.add("POST", "/lengths/convert", json={"value": 2, "unit": "km"}, replay=True)
api.examples.add("GET", "/temperatures/kelvin", query={"value": 10})
api.examples.add("GET", "/speeds/5", query={"metres": 10})
