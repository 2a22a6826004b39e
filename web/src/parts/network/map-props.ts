// What both ways of drawing a network are told.

import type { Shown } from "./filter";
import type { Network } from "./network";

export interface MapProps {
  network: Network;
  shown: Shown;
  /** The account whose card is open. */
  current: string | null;
  selected: ReadonlySet<string>;
  /** Accounts that fit the search; null when nothing is searched for. */
  found: ReadonlySet<string> | null;
  onOpen: (account: string | null) => void;
  onToggle: (account: string) => void;
}
