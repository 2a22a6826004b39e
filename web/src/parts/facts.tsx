// Facts: what was seen, how much it counts, what would hold without it, and where it comes from.

import type { Fact } from "../api/types";
import { Said } from "./said";
import { Day } from "./time";
import { count, layer as layerWords, plain } from "./words";

export function FactList({ facts }: { facts: Fact[] }) {
  if (facts.length === 0) {
    return <p className="muted">No fact of its own: it is here for its ties.</p>;
  }
  const sorted = [...facts].sort((a, b) => b.weight - a.weight);
  return (
    <ul className="facts">
      {sorted.map((fact, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two facts may read the same; they never move on their own
        <FactItem key={`${fact.code} ${index}`} fact={fact} />
      ))}
    </ul>
  );
}

function FactItem({ fact }: { fact: Fact }) {
  const speaksFor = fact.weight < 0;
  return (
    <li className={speaksFor ? "fact for" : "fact"}>
      <div className="fact-words">
        <Said text={fact.text} longest={400} />
        <span className="fact-weight" title="natural log-odds: how far it moved the score">
          <span className="only-heard">weight </span>
          {speaksFor ? "−" : "+"}
          {Math.abs(fact.weight).toFixed(1)}
        </span>
      </div>
      {fact.counterfactual && (
        <p className="counterfactual">
          Put to the test: <Said text={fact.counterfactual} longest={400} />
        </p>
      )}
      <details>
        <summary>
          {speaksFor ? "Speaks for the account" : plain(fact.code)}
          {fact.object_count > 0 && ` · ${count(fact.object_count, "thing")}`}
        </summary>
        <dl className="pairs small">
          {fact.layer && (
            <>
              <dt>Layer</dt>
              <dd>
                {layerWords(fact.layer)} (<code>{fact.layer}</code>)
              </dd>
            </>
          )}
          {fact.first_at && (
            <>
              <dt>Seen</dt>
              <dd>
                <Day at={fact.first_at} /> to <Day at={fact.last_at ?? fact.first_at} />
              </dd>
            </>
          )}
          {fact.objects.length > 0 && (
            <>
              <dt>Rests on</dt>
              <dd>
                <ul>
                  {fact.objects.map((object) => (
                    <li key={object}>
                      <code>
                        <Said text={object} />
                      </code>
                    </li>
                  ))}
                </ul>
                {fact.object_count > fact.objects.length &&
                  `and ${count(fact.object_count - fact.objects.length, "more", "more")}`}
              </dd>
            </>
          )}
          <dt>Provenance</dt>
          <dd>
            {fact.provenance.detector} {fact.provenance.detector_version}, snapshot{" "}
            <code>
              <Said text={fact.provenance.snapshot} longest={24} />
            </code>
          </dd>
        </dl>
      </details>
    </li>
  );
}
