// Every page, and what opens above pages, in both themes, by the rules of axe-core: none may be broken.

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { ask } from "./support/acts";
import { PEOPLE } from "./support/avert";
import { PLACES, visit } from "./support/pages";
import { expect, testOfHostile as test } from "./support/test";

async function expectNoViolation(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    // The report within its frame is a document of its own, for other readers.
    const axe = new AxeBuilder({ page })
      .exclude("iframe")
      .setLegacyMode(true)
      .options({ resultTypes: ["violations"] });
    // Of a long table the first rows stand for the rest, which are made alike.
    axe.exclude("tbody tr:nth-child(n + 26)");
    // A theme changes colours and nothing else.
    const { violations } = await (colorScheme === "dark" ? axe.withRules(["color-contrast"]) : axe).analyze();
    const told = violations.map((one) => ({
      rule: one.id,
      help: one.help,
      where: one.nodes.slice(0, 3).map((node) => `${node.target.join(" ")}: ${node.failureSummary ?? ""}`),
    }));
    expect.soft(told, `${name}, ${colorScheme}`).toEqual([]);
  }
}

test("axe finds nothing on any page", async ({ folder, person }) => {
  test.slow();
  for (const who of PEOPLE) {
    const page = await person(who);
    for (const place of PLACES.filter((one) => one.who === who)) {
      await test.step(place.name, async () => {
        await visit(page, place, folder);
        await expectNoViolation(page, place.name);
      });
    }
  }
});

test("axe finds nothing where nobody is signed in", async ({ person, nobody }) => {
  const stranger = await nobody();
  await stranger.goto("/");
  await expect(stranger.getByLabel("Name")).toBeVisible();
  await expectNoViolation(stranger, "sign-in");
  await stranger.goto("/#/invitation/none");
  await expect(stranger.getByText("Ask an operator for another link")).toBeVisible();
  await expectNoViolation(stranger, "an invitation that is none");

  const otto = await person("otto");
  await otto.goto("/#/settings/people");
  await otto.getByRole("button", { name: "New password… ines" }).click();
  const link = (await otto.getByRole("dialog").getByText("/#/invitation/").textContent()) ?? "";
  await expectNoViolation(otto, "the invitation's link");
  await stranger.goto(link);
  await expect(stranger.getByLabel("The same again")).toBeVisible();
  await expectNoViolation(stranger, "invitation");
});

test("axe finds nothing in what opens above a page", async ({ person }) => {
  const rana = await person("rana");
  await rana.goto("/#/takedowns/tp-1");
  await ask(rana, "Reverse…");
  await expect(rana.getByRole("group", { name: /account by account/ })).toBeVisible();
  await expectNoViolation(rana, "a dialog");
  await rana.keyboard.press("Escape");
  await rana.keyboard.press("Control+k");
  await expect(rana.getByRole("dialog")).toBeVisible();
  await expectNoViolation(rana, "the palette");
  await rana.keyboard.press("Escape");
  await rana.keyboard.press("?");
  await expectNoViolation(rana, "the keys");
});
