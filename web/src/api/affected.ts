// Which answers of the server a change may have made old.

/** Whether what was read at this path may be old, now that something was done to this subject. */
export function isAffected(path: string, subject: string, act: string): boolean {
  const [route = "", query = ""] = path.slice("/v1/".length).split("?");
  const [collection = "", id] = route.split("/");
  if (collection === "today" || collection === "journal") {
    return true;
  }
  if (act.startsWith("freeze") || act.startsWith("thaw") || subject === "freeze") {
    return collection === "freeze" || collection === "takedowns" || collection === "notices";
  }
  if (query.includes("costs=true") && act !== "takedown/edit") {
    // The platform is asked about every account for it, and acting on them does not change what it was worth.
    return false;
  }
  if (route.endsWith("/profiles")) {
    // What accounts say of themselves stands in a snapshot, which never changes.
    return false;
  }
  const isMap = route.endsWith("/map");
  switch (subject.split("-")[0]) {
    case "tp":
      return ((collection === "takedowns" || collection === "appeals") && about(id, subject)) || isCase();
    case "nl":
      return (collection === "notices" && about(id, subject)) || isCase();
    case "ap":
      return (collection === "appeals" && about(id, subject)) || collection === "takedowns" || isCase();
    case "case":
      // Taking accounts in or out changes what plans and lists may still do, not which they are.
      if (isMap && ["case/note", "case/assign", "case/words", "case/link", "case/unlink"].includes(act)) {
        return false;
      }
      return (collection === "cases" && about(id, subject)) || (collection === "findings" && !isMap);
    case "fnd":
    case "fd":
      return collection === "findings";
    default:
      return (
        collection === "settings" || collection === "tokens" || collection === "passkeys" || collection === "session"
      );
  }

  function isCase(): boolean {
    return collection === "cases" && !isMap;
  }
}

/** A list may hold any subject; a single thing is itself. */
function about(id: string | undefined, subject: string): boolean {
  return id === undefined || id === "" || id === "summary" || id === subject || !/^(tp|nl|ap|case)-/.test(id);
}
