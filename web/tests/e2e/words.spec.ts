// What people write for a report is kept, by version, and nobody writes over what they have not read.

import { isLive } from "./support/acts";
import { openCase } from "./support/avert";
import { expect, test } from "./support/test";

test("a report says what an investigator wrote, leaves out what they left out, and tells so", async ({
  folder,
  person,
}) => {
  await openCase(folder);
  const ines = await person("ines");
  const other = await person("ines");
  for (const page of [ines, other]) {
    await page.goto("/#/cases/case-1/report");
    await isLive(page);
    await page.getByText("In your own words, and what is left out").click();
  }
  await ines.getByLabel("Title").fill("Friendly strangers");
  await ines.getByLabel("What it says first").fill("They asked engineers for work samples.");
  await ines.getByLabel("the accounts, one by one").uncheck();
  await other.getByLabel("Title").fill("Another title");
  await ines.getByRole("button", { name: "Keep these words" }).click();

  const report = ines.frameLocator("iframe");
  await expect(report.getByRole("heading", { level: 1 })).toHaveText("Friendly strangers");
  await expect(report.getByText("They asked engineers for work samples.")).toBeVisible();
  await expect(report.getByText("the accounts one by one")).toBeVisible();

  // Whoever was writing meanwhile keeps what they typed, and is told.
  await expect(other.getByText("Yours cannot be kept over it unread.")).toBeVisible();
  await expect(other.getByLabel("Title")).toHaveValue("Another title");
  await other.getByRole("button", { name: "Show theirs, and drop mine" }).click();
  await expect(other.getByLabel("Title")).toHaveValue("Friendly strangers");
});
