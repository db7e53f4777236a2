// What others have drawn gets the attributes that it lacks, whenever it appears.
import { expect, test } from "vitest";
import { mend, SWAGGER } from "../src/docs/attributes";

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("what is there and what comes later is named, until it ends", async () => {
  const place = document.createElement("div");
  place.innerHTML = "<textarea class='body-param__text'></textarea>";
  const end = mend(place, SWAGGER);
  expect(place.querySelector("textarea")!.getAttribute("aria-label")).toBe("Request body");
  place.insertAdjacentHTML("beforeend", "<button class='close-modal'></button>");
  await settled();
  const button = place.querySelector("button")!;
  expect(button.getAttribute("aria-label")).toBe("Close");
  end();
  button.removeAttribute("aria-label");
  await settled();
  expect(button.hasAttribute("aria-label")).toBe(false);
});

test("a name follows what its button becomes", async () => {
  const place = document.createElement("div");
  place.innerHTML = "<button aria-label='Apply credentials'></button>";
  const end = mend(place, SWAGGER);
  const button = place.querySelector("button")!;
  expect(button.getAttribute("aria-label")).toBe("Authorize: apply credentials");
  button.setAttribute("aria-label", "Remove authorization");
  await settled();
  expect(button.getAttribute("aria-label")).toBe("Logout: remove authorization");
  end();
});
