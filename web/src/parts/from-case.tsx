// A list of what is drafted from cases, with nothing on it: the next step, for whoever may take it.

import type { ReactNode } from "react";
import { useQuery } from "../api/cache";
import type { Today } from "../api/types";
import { useRole, useSession } from "../app/session";
import { Empty } from "./empty";

interface Props {
  title: string;
  /** What drafts it on the command line. */
  verb: string;
  /** The case that the list is of, if it is of one. */
  inCase: string | null;
  children: ReactNode;
}

export function FromCase({ title, verb, inCase, children }: Props) {
  const { person } = useSession();
  const mayDraft = useRole("investigator");
  const open = useQuery<Today>("/v1/today").data?.cases;
  const id = open?.find((one) => inCase === null || one.id === inCase)?.id;
  return (
    <Empty
      title={title}
      {...(mayDraft && id !== undefined ? { command: `avert --as ${person.name} ${verb} ${id}` } : {})}
    >
      {children}
      {open?.length === 0 && " No case is open."}
      {!mayDraft && " That is for an investigator."}
    </Empty>
  );
}
