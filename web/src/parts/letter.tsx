// A notice as the person will see it, in its own direction.

import { Said } from "./said";

export function Letter({ subject, body, language }: { subject: string; body: string; language?: string }) {
  return (
    <div className="letter" lang={language}>
      <p className="letter-subject">
        <Said text={subject} longest={400} />
      </p>
      <Said text={body} block longest={8_000} />
    </div>
  );
}
