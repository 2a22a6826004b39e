// Taking accounts into a case and leaving them out: the page shows the case as it is then.

import { isLive } from "./support/acts";
import { openCase } from "./support/avert";
import { expect, test } from "./support/test";

test("an account is left out of a case with a reason, and the page goes on showing the case", async ({
  folder,
  person,
}) => {
  await openCase(folder);
  const ines = await person("ines");
  await ines.goto("/#/cases/case-1");
  await isLive(ines);
  const network = ines.getByRole("region", { name: "The network" });
  await network
    .getByRole("checkbox", { name: /^Select (?!all)/ })
    .first()
    .check();
  await network.getByRole("button", { name: "Leave out of the case…" }).first().click();
  const dialog = ines.getByRole("dialog");
  await dialog.getByLabel("Why (it is kept with the case)").fill("Somebody's sister");
  await dialog.getByRole("button", { name: "Leave out" }).click();
  await expect(dialog).toBeHidden();
  await expect(ines.getByRole("heading", { name: "Friendly strangers" })).toBeVisible();
  const changes = ines.getByRole("region", { name: "Accounts taken in or left out by people" });
  await expect(changes).toContainText("left out by ines: Somebody's sister");
  await expect(ines.locator(".notes")).toContainText("Somebody's sister");
});
