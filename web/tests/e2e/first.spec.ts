// The first who comes in finds what they can do, and is told to do nothing that is for others.

import { approve, Folder, openCase, PASSWORD } from "./support/avert";
import { expect, test } from "./support/test";

test.describe("where nobody has signed in yet", () => {
  test.use({
    folder: async ({ untouched }, use) => {
      const folder = new Folder(untouched);
      await use(folder);
      folder.remove();
    },
  });

  test("the operator is sent to let people in, and comes out on the page that their link names", async ({
    server,
    nobody,
  }) => {
    const otto = await nobody();
    await otto.goto(`${await server.link}/takedowns`);
    await otto.getByLabel("Password, at least 12 characters").fill(PASSWORD);
    await otto.getByLabel("The same again").fill(PASSWORD);
    await otto.getByRole("button", { name: "Set the password and sign in" }).click();

    const main = otto.getByRole("main");
    await expect(main.getByText("No takedown is planned.")).toBeVisible();
    await expect(main.getByText("No case is open. That is for an investigator.")).toBeVisible();
    await expect(main.locator(".command")).toHaveCount(0);
    await otto.goto("/#/cases");
    await expect(main.getByText("An investigator opens one from findings.")).toBeVisible();
    await expect(main.locator(".command")).toHaveCount(0);

    await otto.goto("/#/");
    await expect(main.getByText("Nobody but you can sign in yet.")).toContainText("ines, nora, omar and rana");
    await main.getByRole("link", { name: "Let them in" }).click();
    await expect(otto.getByRole("button", { name: "Invite… ines" })).toBeVisible();
  });
});

test("whoever may draft is shown how, for a case that there is", async ({ folder, person }) => {
  const ines = await person("ines");
  await ines.goto("/#/takedowns");
  const main = ines.getByRole("main");
  await expect(main.getByText("No case is open.")).toBeVisible();
  await expect(main.locator(".command")).toHaveCount(0);
  await openCase(folder);
  await expect(main.locator(".command code")).toHaveText("avert --as ines takedown plan case-1");
});

test("a case says that nobody was told before anybody could be, and how many are to be told afterwards", async ({
  folder,
  person,
}) => {
  await openCase(folder);
  const ines = await person("ines");
  await ines.goto("/#/cases/case-1");
  const figure = (words: string) => ines.locator(".figure", { hasText: words });
  await expect(figure("told yet")).toContainText("nobody");
  await expect(figure("to be told")).toHaveCount(0);

  await folder.run("--as", "ines", "takedown", "plan", "case-1");
  await folder.run("--as", "ines", "takedown", "submit", "tp-1");
  await approve(folder, "takedown", "tp-1");
  await folder.run("--as", "rana", "takedown", "execute", "tp-1", "--execute");
  await expect(figure("to be told")).toContainText(/^to be told[1-9]/);

  await folder.run("--as", "ines", "notify", "plan", "case-1");
  await approve(folder, "notify", "nl-1");
  await folder.run("--as", "rana", "notify", "send", "nl-1", "--execute");
  await expect(figure("of them told")).toContainText(/^of them told[1-9]/);
  await expect(figure("to be told")).toHaveCount(0);
});

test("the settings say how each layer is read", async ({ folder, person }) => {
  folder.change("avert.toml", "[notify]", "[detect.layers.x-order-book]\nmost_accounts = 7\n\n[notify]");
  const otto = await person("otto");
  await otto.goto("/#/settings/setup");
  const layers = otto.getByRole("table", { name: "Layers" });
  await expect(layers.getByRole("row", { name: /network addresses/ })).toContainText("within 24 hours");
  await expect(layers.getByRole("row", { name: /network addresses/ })).toContainText("60 accounts");
  await expect(layers.getByRole("row", { name: /order book/ })).toContainText("7 accounts");
});
