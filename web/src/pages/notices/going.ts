// How a list stands while it is being sent.

import type { NoticeList } from "../../api/types";

/** The totals of a list; a notice that was handed over and not answered yet is on its way rather than in doubt. */
export function totalsNow(list: Pick<NoticeList, "running" | "totals" | "notices">): Record<string, number> {
  const sending = list.running === null ? 0 : list.notices.filter((one) => one.phase === "claimed").length;
  return { ...list.totals, in_doubt: (list.totals.in_doubt ?? 0) - sending, being_sent: sending };
}
