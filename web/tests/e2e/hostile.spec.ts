// Whoever is looked into chose their own name, and may have chosen it for whoever looks. Nothing that they wrote runs,
// hides or reorders anything, on any page; what is written from right to left is shown so.

import { PEOPLE } from "./support/avert";
import { HOSTILE } from "./support/hostile";
import { PLACES, visit } from "./support/pages";
import { expect, testOfHostile as test } from "./support/test";

/** What a script of theirs would have left behind, or what was made of their markup. */
function harm(): string[] {
  const found: string[] = [];
  if ("harmed" in window) {
    found.push("a script ran");
  }
  for (const element of document.querySelectorAll("img[src='x'], svg[onload], main script, [onerror], [onload]")) {
    found.push(`markup became ${element.outerHTML.slice(0, 80)}`);
  }
  const shown = document.body.textContent + document.title;
  if (/[\u202A-\u202E\u2066-\u2069\u200B]/.test(shown)) {
    found.push("what reorders or hides is in the text");
  }
  return found;
}

test("nothing that an adversary wrote does anything, on any page", async ({ folder, person }) => {
  test.slow();
  for (const who of PEOPLE) {
    const page = await person(who);
    for (const place of PLACES.filter((one) => one.who === who)) {
      await test.step(place.name, async () => {
        await visit(page, place, folder);
        expect.soft(await page.evaluate(harm), place.name).toEqual([]);
        for (const frame of page.frames().slice(1)) {
          expect.soft(await frame.evaluate(harm), `${place.name}, in its frame`).toEqual([]);
        }
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect.soft(over, `${place.name}: no name makes the page wider than the window`).toBeLessThanOrEqual(0);
      });
    }
  }
});

test("a hostile name is shown harmless, whole, and in its own direction", async ({ person }) => {
  const ines = await person("ines");
  await ines.goto("/#/cases/case-1");
  await expect(ines.getByRole("heading", { level: 1 })).toContainText(HOSTILE.markup);
  await expect(ines).toHaveTitle(/<img src=x onerror/);
  await expect(ines.getByText("invoice‹U+202E›gnp.exe ‹U+2066›hidden‹U+2069›").first()).toBeVisible();
  await ines.goto("/#/appeals/ap-2");
  const said = ines.getByRole("region", { name: "What they say" });
  await expect(said.locator("bdi")).toHaveAttribute("dir", "auto");
  await said.getByRole("button", { name: /show all .* characters/ }).click();
  await expect(said.getByRole("button", { name: "show less" })).toBeVisible();
  expect(await ines.evaluate(harm)).toEqual([]);
});

test("an address that is markup shows no page and runs nothing", async ({ person }) => {
  const ines = await person("ines");
  const markup = encodeURIComponent(HOSTILE.markup);
  for (const at of [
    `/#/cases/${markup}`,
    `/#/${markup}`,
    `/#/findings?q=${markup}`,
    `/#/cases/case-1?account=${markup}`,
  ]) {
    await ines.goto(at);
    await expect(ines.getByRole("heading", { level: 1 })).toBeVisible();
    expect(await ines.evaluate(harm)).toEqual([]);
  }
});
