// On a telephone, 320 pixels wide, every page can be read without moving it sideways.

import { PLACES, visit } from "./support/pages";
import { expect, testOfHostile as test } from "./support/test";

test.use({
  contextOptions: { viewport: { width: 320, height: 640 } },
});

test("no page is wider than a telephone, whatever people are called", async ({ folder, person }) => {
  test.slow();
  const page = await person("omar");
  for (const place of PLACES) {
    await test.step(place.name, async () => {
      await visit(page, place, folder);
      const wide = await page.evaluate(() =>
        [...document.querySelectorAll("main *, header *")]
          .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
          .filter((element) => element.closest(".table-wrap, [tabindex='0'], pre, .said-block") === null)
          .map((element) => element.outerHTML.slice(0, 90)),
      );
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect.soft(over, `${place.name}: ${wide.slice(0, 3).join("\n")}`).toBeLessThanOrEqual(0);
    });
  }
});
