// An appeal is decided by the approver who had no hand in the takedown; what the page says then is what is so.

import { ask } from "./support/acts";
import { appeal, takenDown } from "./support/avert";
import { expect, test } from "./support/test";

test("an appeal is granted with a reason as it was typed, and the detector's tally says so", async ({
  folder,
  person,
}) => {
  await takenDown(folder);
  const { steps } = await folder.json<{ steps: { account: string; phase: string }[] }>("takedown", "show", "tp-1");
  const account = steps.find((step) => step.phase === "done")?.account ?? "";
  await appeal(folder, account, "T-1", "My sister and I share a laptop.");

  const omar = await person("omar");
  await omar.goto("/#/appeals/ap-1");
  await expect(omar.getByRole("heading", { name: "What they say" })).toBeVisible();
  await expect(omar.getByLabel("Why (the person reads it)"), "omar approved the takedown").toBeHidden();

  const nora = await person("nora");
  await nora.goto("/#/appeals/ap-1");
  const reason = "It's two people; they paid $& and $1 for one laptop, for a REASON";
  await nora.getByLabel("Why (the person reads it)").fill(reason);
  const deciding = await ask(nora, "Look at what it does…");
  await expect(deciding.locator(".command code")).toHaveText(
    `avert --as nora appeal decide ap-1 grant --reason 'It'\\''s two people; they paid $& and $1 for one laptop, for a REASON' --execute`,
  );
  await deciding.getByLabel("Type ap-1 to confirm").fill("ap-1");
  await deciding.getByRole("button", { name: "Grant the appeal" }).click();
  await expect(nora.locator(".page-facts .badge").first()).toHaveText(/granted$/);
  await expect(nora.getByText("they paid $& and $1").first()).toBeVisible();

  await nora.goto("/#/appeals");
  const tally = nora.getByRole("region", { name: "How often detection was wrong" }).getByRole("row").nth(1);
  await expect(tally.getByRole("cell").nth(1)).toHaveText("1");
  await expect(tally.getByRole("cell").nth(2)).toHaveText("1");
  await expect(tally.getByRole("cell").nth(3)).toHaveText("100 %");
});
