// A page with nothing on it says what would fill it.

import type { ReactNode } from "react";
import { Command } from "./command";

export function Empty({ title, children, command }: { title: string; children?: ReactNode; command?: string }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children !== undefined && <p>{children}</p>}
      {command !== undefined && <Command line={command} label="Next" />}
    </div>
  );
}
