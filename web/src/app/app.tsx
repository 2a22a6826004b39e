// Which page an address shows. Pages but the first are loaded when somebody goes there.

import { Component, lazy, type ReactNode, Suspense } from "react";
import { SignIn } from "../pages/sign-in/sign-in";
import { Today } from "../pages/today/today";
import { Command } from "../parts/command";
import { PageHead } from "../parts/page-head";
import { ProblemBox } from "../parts/problem";
import { useRoute } from "./router";
import { Gate } from "./session";
import { Shell } from "./shell";

const Findings = lazy(() => import("../pages/findings/findings"));
const Finding = lazy(() => import("../pages/finding/finding"));
const Cases = lazy(() => import("../pages/cases/cases"));
const Case = lazy(() => import("../pages/case/case"));
const Report = lazy(() => import("../pages/report/report"));
const Takedowns = lazy(() => import("../pages/takedowns/takedowns"));
const Takedown = lazy(() => import("../pages/takedown/takedown"));
const Notices = lazy(() => import("../pages/notices/notices"));
const NoticeList = lazy(() => import("../pages/notices/notice-list"));
const Appeals = lazy(() => import("../pages/appeals/appeals"));
const Appeal = lazy(() => import("../pages/appeals/appeal"));
const Journal = lazy(() => import("../pages/journal/journal"));
const Settings = lazy(() => import("../pages/settings/settings"));
const Invitation = lazy(() => import("../pages/invitation/invitation"));

export function App() {
  const { path } = useRoute();
  const [first, second, ...next] = path;
  return (
    <Gate
      signIn={(session, problem, use) =>
        first === "invitation" && second !== undefined ? (
          <Suspense>
            <Invitation token={second} next={next} use={use} />
          </Suspense>
        ) : (
          <SignIn session={session} problem={problem} use={use} />
        )
      }
    >
      <Shell>
        <Mishap key={path.join("/")}>
          <Suspense
            fallback={
              <p className="muted" role="status">
                Reading…
              </p>
            }
          >
            <Page path={path} />
          </Suspense>
        </Mishap>
      </Shell>
    </Gate>
  );
}

function Page({ path }: { path: string[] }) {
  const [place, id, part] = path;
  switch (place) {
    case undefined:
    case "today":
      return <Today />;
    case "findings":
      return id === undefined ? <Findings /> : <Finding key={id} id={id} />;
    case "cases":
      if (id === undefined) {
        return <Cases />;
      }
      return part === "report" ? <Report key={id} id={id} /> : <Case key={id} id={id} />;
    case "takedowns":
      return id === undefined ? <Takedowns /> : <Takedown key={id} id={id} />;
    case "notices":
      return id === undefined ? <Notices /> : <NoticeList key={id} id={id} />;
    case "appeals":
      return id === undefined ? <Appeals /> : <Appeal key={id} id={id} />;
    case "journal":
      return <Journal />;
    case "settings":
      return <Settings part={id} />;
    case "invitation":
      return (
        <>
          <PageHead title="You are signed in" />
          <p>An invitation is for somebody who is not. Sign out first to accept it in this browser.</p>
        </>
      );
    default:
      return (
        <>
          <PageHead title="There is no such page" />
          <p>
            The address may be mistyped or of another version. <a href="#/">Today</a> is where the work is.
          </p>
        </>
      );
  }
}

/** A page that fails shows why and leaves the rest standing. */
class Mishap extends Component<{ children: ReactNode }, { cause: unknown }> {
  override state = { cause: undefined as unknown };

  static getDerivedStateFromError(cause: unknown) {
    return { cause };
  }

  override render() {
    if (this.state.cause === undefined) {
      return this.props.children;
    }
    return (
      <>
        <PageHead title="This page could not be shown" />
        <ProblemBox problem={this.state.cause} />
        <p>Nothing was changed. If Avert was updated just now, loading the page again is enough.</p>
        <div className="actions">
          <button type="button" className="button primary" onClick={() => window.location.reload()}>
            Load again
          </button>
        </div>
        <Command line="avert --help" label="Everything the console does, the command line does too" />
      </>
    );
  }
}
