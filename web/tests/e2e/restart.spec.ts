// A server that dies in the middle of a takedown: the page says so, comes back by itself, and the work is taken up.

import { ask, confirm, isLive, stands } from "./support/acts";
import { approve, Server, submitted } from "./support/avert";
import { SlowPlatform } from "./support/slow-platform";
import { expect, test } from "./support/test";

test("a takedown that the server dies in is resumed, and nobody is acted on twice", async ({
  folder,
  ground,
  fresh,
}) => {
  const platform = await SlowPlatform.start();
  platform.serve(folder);
  await submitted(folder);
  await approve(folder, "takedown", "tp-1");
  const server = await Server.start(folder);
  let next: Server | undefined;
  try {
    const rana = await fresh(ground.sessions.rana);
    await rana.goto(`${server.url}/#/takedowns/tp-1`);
    await isLive(rana);
    platform.holdAfter(3);
    await confirm(rana, "Execute…", "Execute", "tp-1");
    await stands(rana, "executing");
    await expect(rana.getByText(/Taking down: [1-9][0-9]* of 22/).first()).toBeVisible();
    await expect.poll(() => platform.carriedOut.length).toBe(3);
    await expect(rana.getByRole("progressbar", { name: "tp-1: taking down" })).toBeVisible();

    await server.stop("SIGKILL");
    await expect(rana.getByRole("banner").getByRole("status")).toContainText("Reconnecting…");

    platform.release();
    next = await Server.start(folder, server.port);
    await isLive(rana);
    await stands(rana, "executing");
    await expect(rana.getByRole("progressbar")).toBeHidden();
    await rana.getByRole("link", { name: /^Today/ }).click();
    await expect(rana.getByRole("region", { name: "Needs a person" })).toContainText("broke off in the middle");
    await rana.getByRole("link", { name: "tp-1 Friendly strangers" }).click();

    const resuming = await ask(rana, "Resume…");
    await expect(resuming).toContainText("What is done already is not done again.");
    await rana.keyboard.press("Escape");
    await confirm(rana, "Resume…", "Resume", "tp-1");
    await stands(rana, "executed");
    expect(new Set(platform.carriedOut).size, "nobody was acted on twice").toBe(platform.carriedOut.length);
    expect(platform.carriedOut).toHaveLength(19);
  } finally {
    await next?.stop();
    await server.stop();
    await platform.stop();
  }
});
