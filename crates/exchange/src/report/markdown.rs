//! The report as Markdown: the same words as the page, tables and strips of blocks for pictures.

use avert_model::{
    ActivityHours, ApprovalSummary, CaseState, Fact, Finding, ReportPart, Signature,
};

use super::brief::{Brief, notice_rows, plan_rows, total};
use super::evidence::{Evidence, busiest};
use super::html::{PARAGRAPH_LIMIT, TITLE_LIMIT, network::standing, title};
use super::prose::{ID_LIMIT, Prose, accounts};
use super::summary::{self, spoken};
use super::{approval, integrity, limits, picture::Levels, related, ties, timeline, words};
use crate::escape::Markdown;

/// Writes the whole report.
pub(super) fn write(brief: &Brief<'_>) -> String {
    let mut md = Markdown::default();
    label(&mut md, brief);
    md.raw("\n# ").told(title(brief), TITLE_LIMIT).raw("\n\n");
    byline(brief).write_markdown(&mut md);
    md.raw("\n");
    for paragraph in brief.paragraphs() {
        md.raw("\n").told(paragraph, PARAGRAPH_LIMIT).raw("\n");
    }
    for answer in summary::of(brief) {
        md.raw("\n## ").raw(answer.heading).raw("\n\n");
        for line in &answer.lines {
            item(&mut md, line);
        }
    }
    for (part, write) in PARTS {
        if brief.tells(part) {
            write(&mut md, brief);
        }
    }
    related::write_markdown(&mut md, brief);
    md.raw("\n## Integrity\n\n");
    for (name, prose) in integrity::marks(brief) {
        md.raw("- ").raw(name).raw(": ");
        prose.write_markdown(&mut md);
        md.raw("\n");
    }
    md.raw("\n## What this does not show\n\n");
    for statement in limits::statements(brief) {
        item(&mut md, &statement);
    }
    md.raw("\n---\n\n")
        .text(limits::may_be_told(brief.dossier.case.tlp))
        .raw("\n\n");
    label(&mut md, brief);
    md.finish()
}

/// Writes a part.
type Write = fn(&mut Markdown, &Brief<'_>);

/// The parts that can be left out, in their order.
const PARTS: [(ReportPart, Write); 4] = [
    (ReportPart::Network, networks),
    (ReportPart::Evidence, how_we_know),
    (ReportPart::Reach, reach),
    (ReportPart::Actions, actions),
];

fn networks(md: &mut Markdown, brief: &Brief<'_>) {
    md.raw(if brief.dossier.findings.len() > 1 {
        "\n## The networks\n"
    } else {
        "\n## The network\n"
    });
    let told = limits::members_told(brief);
    for ((index, finding), members) in brief.dossier.findings.iter().enumerate().zip(told) {
        network(md, brief, index, finding, members);
    }
    left_out(
        md,
        brief
            .dossier
            .findings
            .len()
            .saturating_sub(limits::FINDINGS),
        "more network is",
        "more networks are",
    );
}

fn label(md: &mut Markdown, brief: &Brief<'_>) {
    md.raw("**")
        .text(&brief.dossier.case.tlp.to_string())
        .raw("**\n");
}

fn item(md: &mut Markdown, prose: &Prose) {
    md.raw("- ");
    prose.write_markdown(md);
    md.raw("\n");
}

fn byline(brief: &Brief<'_>) -> Prose {
    let case = &brief.dossier.case;
    let byline = Prose::new("Case ")
        .code(&case.id)
        .words(", opened by ")
        .name(&case.opened_by)
        .words(format!(" on {}, ", words::date(case.opened_at)));
    let byline = match &case.state {
        CaseState::Open => byline.words("open"),
        CaseState::Closed { by, at, .. } => byline
            .words(format!("closed on {} by ", words::date(*at)))
            .name(by),
    };
    byline.words(format!(", as of {}", words::moment(brief.dossier.made_at)))
}

fn network(md: &mut Markdown, brief: &Brief<'_>, index: usize, finding: &Finding, members: usize) {
    md.raw("\n### ").text(&brief.network_name(index)).raw(": ");
    md.told(&finding.title, TITLE_LIMIT).raw("\n\n");
    md.raw("| No. | Account | Taken for | How sure | Reached | Tied by | Takedown |\n");
    md.raw("| --: | --- | --- | --: | --: | --- | --- |\n");
    let reached = brief.reached_by(finding);
    for (row, (member, reached)) in finding
        .members
        .iter()
        .zip(reached)
        .take(members)
        .enumerate()
    {
        let layers: Vec<String> = member
            .layers
            .iter()
            .take(6)
            .map(|layer| words::layer(layer).to_owned())
            .collect();
        md.raw("| ").text(&(row + 1).to_string()).raw(" | ");
        md.code(member.account.as_str(), ID_LIMIT)
            .raw(" | ")
            .raw(words::kind(member.kind));
        md.raw(" | ")
            .text(&words::percent(member.probability))
            .raw(" | ");
        md.text(&words::digits(reached))
            .raw(" | ")
            .text(&layers.join(", "))
            .raw(" | ");
        md.raw(standing(brief, member)).raw(" |\n");
    }
    md.raw("\n");
    left_out(
        md,
        finding.members.len() - members,
        "more account is",
        "more accounts are",
    );
    strongest_ties(md, finding, members);
    md.text(&busiest(finding)).raw("\n");
    strip(md, &finding.activity);
}

fn strongest_ties(md: &mut Markdown, finding: &Finding, members: usize) {
    let ties = ties::of(finding, members);
    if ties.is_empty() {
        return;
    }
    md.raw("The strongest ties:\n\n");
    for tie in ties.iter().take(limits::TIES) {
        md.raw("- ")
            .code(finding.members[tie.a].account.as_str(), ID_LIMIT)
            .raw(" and ");
        md.code(finding.members[tie.b].account.as_str(), ID_LIMIT)
            .raw(" share ");
        let shares: Vec<String> = tie
            .layers
            .iter()
            .take(8)
            .map(|(layer, objects)| format!("{} {}", words::digits(*objects), words::layer(layer)))
            .collect();
        md.text(&words::list(&shares)).raw("\n");
    }
    md.raw("\n");
    let more = ties.len().saturating_sub(limits::TIES);
    if more > 0 {
        md.text(&words::sentence(&words::count(
            more as u64,
            "weaker tie is",
            "weaker ties are",
        )));
        md.raw(" in the JSON form of this report.\n\n");
    }
}

/// The hours of the week as blocks: the darker, the busier.
fn strip(md: &mut Markdown, activity: &ActivityHours) {
    let levels = Levels::of(activity);
    if activity.rows().iter().flatten().all(|count| *count == 0) {
        return;
    }
    md.raw("\n```text\nUTC  00    06    12    18\n");
    let days = [
        "Mon  ", "Tue  ", "Wed  ", "Thu  ", "Fri  ", "Sat  ", "Sun  ",
    ];
    for (day, row) in days.iter().zip(activity.rows()) {
        md.raw(day);
        for count in row {
            md.raw(["·", "░", "░", "▒", "▓", "█"][levels.level(*count)]);
        }
        md.raw("\n");
    }
    md.raw("```\n");
}

fn how_we_know(md: &mut Markdown, brief: &Brief<'_>) {
    md.raw("\n## How we know\n\n");
    md.raw(
        "Every fact stands alone: what was seen, in which snapshot, when, and by which version of \
            which detector. A weight is what the fact adds to the log-odds: +0.7 about doubles the \
            odds, −0.7 about halves them.\n",
    );
    let told = limits::members_told(brief);
    for ((index, finding), members) in brief.dossier.findings.iter().enumerate().zip(told) {
        md.raw("\n### ")
            .text(&brief.network_name(index))
            .raw(" as a whole\n\n");
        facts(md, brief, &finding.facts, limits::NETWORK_FACTS);
        for member in finding.members.iter().take(members) {
            md.raw("\n#### Account ")
                .code(member.account.as_str(), ID_LIMIT)
                .raw("\n\n");
            facts(md, brief, &member.facts, limits::MEMBER_FACTS);
        }
    }
}

fn facts(md: &mut Markdown, brief: &Brief<'_>, facts: &[Fact], limit: usize) {
    if facts.is_empty() {
        md.raw(brief.nothing("No fact is on record.")).raw("\n");
    }
    for fact in facts.iter().take(limit) {
        let evidence = Evidence::new(brief, fact);
        md.raw("- **").raw(evidence.heading).raw(".** ");
        evidence.text.write_markdown(md);
        md.raw("\n");
        for (name, prose) in [
            ("Rests on", &evidence.rests_on),
            ("About", &evidence.about),
            ("Without it", &evidence.counterfactual),
        ] {
            if let Some(prose) = prose {
                md.raw("  - ").raw(name).raw(": ");
                prose.write_markdown(md);
                md.raw("\n");
            }
        }
        md.raw("  - ");
        for (index, (name, prose)) in evidence.details.iter().enumerate() {
            md.raw(if index > 0 { "; " } else { "" })
                .raw(name)
                .raw(": ");
            prose.write_markdown(md);
        }
        md.raw("\n");
    }
    let more = facts.len().saturating_sub(limit) as u64;
    if more > 0 {
        md.raw("\nThe strongest are shown; ");
        md.text(&words::count(more, "weaker one is", "weaker ones are"));
        md.raw(" in the JSON form of this report.\n");
    }
}

fn reach(md: &mut Markdown, brief: &Brief<'_>) {
    md.raw(
        "\n## Whom it reached\n\n| Tier | What it means | People | |\n| --- | --- | --: | --- |\n",
    );
    let most = brief
        .tiers
        .iter()
        .map(|(_, people)| *people)
        .max()
        .unwrap_or(0)
        .max(1);
    for (tier, people) in &brief.tiers {
        md.raw("| ")
            .raw(words::tier(*tier))
            .raw(" | ")
            .raw(words::tier_meaning(*tier));
        md.raw(" | ").text(&words::digits(*people)).raw(" | ");
        // Shares of twenty blocks; whoever is there at all gets one.
        let blocks = (u128::from(*people) * 20).div_ceil(u128::from(most));
        for _ in 0..blocks {
            md.raw("█");
        }
        md.raw(" |\n");
    }
    md.raw("| In all | | ")
        .text(&words::digits(brief.reached()))
        .raw(" | |\n\n");
    if !brief.options.list_contacts {
        md.raw("Who they are is not part of this report.\n");
        return;
    }
    md.raw("They are victims or bystanders. Handle this list accordingly.\n\n");
    for contact in brief.contacts.iter().take(limits::CONTACTS) {
        md.raw("- ")
            .code(contact.account.as_str(), ID_LIMIT)
            .raw(": ");
        md.raw(words::tier(contact.tier)).raw(", ");
        let period = words::period(contact.first_at, contact.last_at);
        md.text(period.as_deref().unwrap_or("at an unknown time"))
            .raw(", with ");
        let with: Vec<_> = contact.via.iter().map(|via| &via.account).collect();
        accounts(&with, 0, 3).write_markdown(md);
        md.raw("\n");
    }
    md.raw("\n");
    left_out(
        md,
        brief.contacts.len().saturating_sub(limits::CONTACTS),
        "more person is",
        "more people are",
    );
}

fn actions(md: &mut Markdown, brief: &Brief<'_>) {
    md.raw("\n## When and by whom\n\n");
    let (moments, cut) = timeline::of(brief);
    for moment in &moments {
        md.raw("- ").text(&words::moment(moment.at)).raw(": ");
        moment.what.write_markdown(md);
        if let Some(after) = &moment.after {
            md.text(&format!(", {after} later"));
        }
        md.raw("\n");
    }
    md.raw("\n");
    left_out(md, cut, "more moment is", "more moments are");
    let (plans, earlier) = limits::newest(&brief.dossier.plans, limits::PLANS);
    left_out(md, earlier, "earlier plan is", "earlier plans are");
    for plan in plans {
        let heading = Prose::new("Plan ")
            .code(&plan.id)
            .words(" on ")
            .name(&plan.platform);
        part(
            md,
            &heading,
            &plan.state,
            &plan.digest,
            &plan_rows(&plan.totals),
            plan.approval.as_ref(),
        );
        signatures(md, &plan.signatures);
    }
    let (lists, earlier) = limits::newest(&brief.dossier.notice_lists, limits::PLANS);
    left_out(
        md,
        earlier,
        "earlier notice list is",
        "earlier notice lists are",
    );
    for list in lists {
        let heading = Prose::new("Notice list ")
            .code(&list.id)
            .words(" through ")
            .name(&list.channel);
        part(
            md,
            &heading,
            &list.state,
            &list.digest,
            &notice_rows(&list.totals),
            list.approval.as_ref(),
        );
        signatures(md, &list.signatures);
    }
    let (notes, earlier) = limits::newest(&brief.dossier.case.notes, limits::NOTES);
    if !notes.is_empty() {
        md.raw("### Notes\n\n");
        left_out(md, earlier, "earlier note is", "earlier notes are");
    }
    for note in notes {
        let text: Vec<&str> = note
            .text
            .lines()
            .map(str::trim)
            .filter(|l| !l.is_empty())
            .collect();
        md.raw("- ")
            .text(&words::moment(note.at))
            .raw(", ")
            .told(&note.by, 60)
            .raw(": ");
        if text.is_empty() {
            md.raw(brief.nothing(""));
        }
        md.told(&text.join(" / "), 1_500).raw("\n");
    }
}

fn part(
    md: &mut Markdown,
    heading: &Prose,
    state: &str,
    digest: &str,
    rows: &[(&'static str, u64)],
    approval: Option<&ApprovalSummary>,
) {
    md.raw("### ");
    heading.write_markdown(md);
    md.raw(" is ")
        .told(&spoken(state), 40)
        .raw("\n\nApproved digest: ");
    md.code(if digest.is_empty() { "none" } else { digest }, ID_LIMIT);
    md.raw("\n\n");
    if let Some(told) = approval::told(approval) {
        told.write_markdown(md);
        md.raw("\n\n");
    }
    md.raw("| Outcome | Number |\n| --- | --: |\n");
    for (outcome, number) in rows.iter().filter(|(_, number)| *number > 0) {
        md.raw("| ")
            .raw(outcome)
            .raw(" | ")
            .text(&words::digits(*number))
            .raw(" |\n");
    }
    let all = total(rows.iter().map(|(_, number)| *number));
    md.raw("| In all | ")
        .text(&words::digits(all))
        .raw(" |\n\n");
}

fn signatures(md: &mut Markdown, signatures: &[Signature]) {
    let (shown, earlier) = limits::newest(signatures, limits::SIGNATURES);
    for signature in shown {
        md.raw("- ").text(&words::moment(signature.at)).raw(": ");
        md.told(&spoken(&signature.act), 60)
            .raw(" by ")
            .told(&signature.by, 60)
            .raw("\n");
    }
    md.raw("\n");
    left_out(
        md,
        earlier,
        "earlier signature is",
        "earlier signatures are",
    );
}

fn left_out(md: &mut Markdown, number: usize, one: &'static str, many: &'static str) {
    if number > 0 {
        md.text(&words::sentence(&words::count(number as u64, one, many)));
        md.raw(" in the JSON form of this report.\n\n");
    }
}
