//! A network drawn: accounts by what they are taken for, ties by strength, people reached as rings.

use avert_model::{Finding, Member, MemberKind};

use super::layout::{Layout, layout};
use crate::escape::Html;
use crate::report::brief::Brief;
use crate::report::ties::{self, Tie};
use crate::report::words;

/// The most accounts drawn: beyond it numbers in the nodes could not be read.
pub(in crate::report) const NODES: usize = 120;
/// The most ties drawn, beyond the strongest of each account.
const TIES: usize = 400;
/// The longest id written under a node.
const LABEL: usize = 15;

/// The longest id told whole when the pointer rests on something.
const ID: usize = 60;

/// How large things are drawn, by how many there are.
struct Scale {
    radius: f64,
    font: &'static str,
    /// How much room each node takes, width and height.
    cell: (f64, f64),
    labels: bool,
}

fn scale(nodes: usize) -> Scale {
    match nodes {
        0..=16 => Scale {
            radius: 15.0,
            font: "f13",
            cell: (132.0, 92.0),
            labels: true,
        },
        17..=45 => Scale {
            radius: 13.0,
            font: "f12",
            cell: (58.0, 54.0),
            labels: false,
        },
        _ => Scale {
            radius: 10.5,
            font: "f10",
            cell: (37.0, 35.0),
            labels: false,
        },
    }
}

/// Draws the finding. `index` makes ids unique on the page; `name` is what it is called there.
pub(in crate::report) fn network(
    html: &mut Html,
    brief: &Brief<'_>,
    finding: &Finding,
    index: usize,
    name: &str,
) {
    let members = &finding.members[..finding.members.len().min(NODES)];
    let ties = ties::of(finding, members.len());
    let heaviest = ties.first().map_or(1.0, |tie| tie.weight.max(1e-9));
    let strength = |tie: &Tie<'_>| (tie.weight / heaviest).sqrt();
    let drawn = strongest(&ties, members.len());
    let scale = scale(members.len());
    let pulls: Vec<_> = drawn
        .iter()
        .map(|tie| (tie.a, tie.b, 0.25 + 0.75 * strength(tie)))
        .collect();
    let layout = layout(members.len(), &pulls, scale.cell);

    open(html, &layout, index, name, members, drawn.len());
    let server = common_server(members);
    // The weakest first, so that the strongest lie on top.
    for tie in drawn.iter().rev() {
        draw_tie(html, tie, members, &layout, strength(tie));
    }
    let reached = brief.reached_by(finding);
    for ((number, member), at) in members.iter().enumerate().zip(&layout.points) {
        draw_member(
            html,
            &Node {
                number: number + 1,
                member,
                at: *at,
                reached: reached[number],
                acted_on: brief.is_acted_on(&member.account),
                server,
            },
            &scale,
        );
    }
    html.raw("</svg>");
}

/// The strongest ties, and for every account its strongest, so that none stands alone by omission.
fn strongest<'a, 'b>(ties: &'b [Tie<'a>], members: usize) -> Vec<&'b Tie<'a>> {
    let mut has_one = vec![false; members];
    ties.iter()
        .enumerate()
        .filter(|(rank, tie)| {
            let first = !has_one[tie.a] || !has_one[tie.b];
            has_one[tie.a] = true;
            has_one[tie.b] = true;
            first || *rank < TIES
        })
        .map(|(_, tie)| tie)
        .collect()
}

fn open(
    html: &mut Html,
    layout: &Layout,
    index: usize,
    name: &str,
    members: &[Member],
    ties: usize,
) {
    // A drawing of three nodes must not be blown up to the width of the page.
    let width = layout.width.max(560.0);
    html.raw(if members.len() > 45 {
        "<svg class=\"network many\""
    } else {
        "<svg class=\"network\""
    });
    html.raw(" role=\"img\" aria-labelledby=\"net-t");
    html.whole(index)
        .raw(" net-d")
        .whole(index)
        .raw("\" viewBox=\"");
    html.length((layout.width - width) / 2.0)
        .raw(" 0 ")
        .length(width)
        .raw(" ");
    html.length(layout.height)
        .raw("\"><title id=\"net-t")
        .whole(index)
        .raw("\">");
    html.text(&format!("{name} drawn"))
        .raw("</title><desc id=\"net-d")
        .whole(index)
        .raw("\">");
    let kinds: Vec<String> = [
        MemberKind::Persona,
        MemberKind::Compromised,
        MemberKind::Suspect,
    ]
    .into_iter()
    .filter_map(|kind| {
        let number = members.iter().filter(|member| member.kind == kind).count() as u64;
        let noun = if number == 1 {
            words::kind(kind)
        } else {
            words::kinds(kind)
        };
        (number > 0).then(|| format!("{} {noun}", words::number(number)))
    })
    .collect();
    html.text(&format!(
        "{} joined by {}. The table below says the same.",
        words::sentence(&words::list(&kinds)),
        words::count(ties as u64, "tie", "ties"),
    ));
    html.raw("</desc>");
}

fn draw_tie(html: &mut Html, tie: &Tie<'_>, members: &[Member], layout: &Layout, strength: f64) {
    let (from, to) = (layout.points[tie.a], layout.points[tie.b]);
    html.raw("<line class=\"tie ").raw(match strength {
        s if s > 0.85 => "w5",
        s if s > 0.65 => "w4",
        s if s > 0.45 => "w3",
        s if s > 0.25 => "w2",
        _ => "w1",
    });
    html.raw(if tie.layers.len() > 1 { "" } else { " single" })
        .raw("\" x1=\"");
    html.length(from.0).raw("\" y1=\"").length(from.1);
    html.raw("\" x2=\"")
        .length(to.0)
        .raw("\" y2=\"")
        .length(to.1)
        .raw("\"><title>");
    html.told_in_attribute(members[tie.a].account.as_str(), ID)
        .text(" and ");
    html.told_in_attribute(members[tie.b].account.as_str(), ID);
    html.text(&format!(" share {}", shared(tie)))
        .raw("</title></line>");
}

/// `3 devices and 2 phrases`.
fn shared(tie: &Tie<'_>) -> String {
    let shares: Vec<String> = tie
        .layers
        .iter()
        .take(8)
        .map(|(layer, objects)| format!("{} {}", words::digits(*objects), words::layer(layer)))
        .collect();
    words::list(&shares)
}

struct Node<'a> {
    number: usize,
    member: &'a Member,
    at: (f64, f64),
    reached: u64,
    acted_on: bool,
    server: &'a str,
}

fn draw_member(html: &mut Html, node: &Node<'_>, scale: &Scale) {
    let (x, y) = node.at;
    html.raw("<g><title>")
        .told_in_attribute(node.member.account.as_str(), ID);
    html.text(&format!(
        ": {}, {}; reached {}",
        words::kind(node.member.kind),
        words::percent(node.member.probability),
        words::count(node.reached, "person", "people"),
    ));
    html.raw("</title>");
    if node.reached > 0 {
        // Area grows with people; a ring may not leave its node's cell.
        let most = scale.cell.1 / 2.0 - 2.0;
        let ring = (scale.radius + 2.0 + (node.reached as f64).sqrt() * 1.5).min(most);
        circle(html, "ring", (x, y), ring);
    }
    let acted = if node.acted_on {
        scale.radius + 3.5
    } else {
        0.0
    };
    if acted > 0.0 {
        outline(html, node.member.kind, "acted", (x, y), acted);
    }
    outline(html, node.member.kind, "node", (x, y), scale.radius);
    html.raw("<text class=\"number ")
        .raw(scale.font)
        .raw("\" x=\"")
        .length(x);
    html.raw("\" y=\"")
        .length(y)
        .raw("\" dy=\"0.36em\">")
        .whole(node.number)
        .raw("</text>");
    if scale.labels {
        html.raw("<text class=\"label\" x=\"")
            .length(x)
            .raw("\" y=\"");
        html.length(y + scale.radius + 17.0).raw("\">");
        let id = node.member.account.as_str();
        let id = id.strip_suffix(node.server).unwrap_or(id);
        html.told_in_attribute(&label(id), LABEL).raw("</text>");
        if node.reached > 0 {
            html.raw("<text class=\"sublabel\" x=\"")
                .length(x)
                .raw("\" y=\"");
            html.length(y + scale.radius + 31.0).raw("\">");
            html.text(&format!("{} reached", words::digits(node.reached)))
                .raw("</text>");
        }
    }
    html.raw("</g>");
}

/// What all ids end with, from a `:` or `@` on: the server's name, which tells none from another.
fn common_server(members: &[Member]) -> &str {
    let Some((first, others)) = members.split_first() else {
        return "";
    };
    let ends_all = |server: &&str| {
        !others.is_empty()
            && others
                .iter()
                .all(|member| member.account.as_str().ends_with(server))
    };
    let id = first.account.as_str();
    id.char_indices()
        .skip(1)
        .filter(|(_, character)| matches!(character, ':' | '@'))
        .map(|(start, _)| &id[start..])
        .find(ends_all)
        .unwrap_or("")
}

/// As much of an id as fits under a node: its start and, after an ellipsis, its end.
fn label(id: &str) -> String {
    let letters: Vec<char> = id.chars().take(200).collect();
    if letters.len() <= LABEL {
        return id.to_owned();
    }
    let head: String = letters[..LABEL - 6].iter().collect();
    let tail: String = letters[letters.len() - 5..].iter().collect();
    format!("{head}…{tail}")
}

fn circle(html: &mut Html, class: &'static str, at: (f64, f64), radius: f64) {
    html.raw("<circle class=\"")
        .raw(class)
        .raw("\" cx=\"")
        .length(at.0)
        .raw("\" cy=\"");
    html.length(at.1).raw("\" r=\"").length(radius).raw("\"/>");
}

/// The shape says the kind as the colour does: circle, diamond, square.
fn outline(html: &mut Html, kind: MemberKind, class: &'static str, at: (f64, f64), radius: f64) {
    let (x, y) = at;
    let corners = match kind {
        MemberKind::Persona => {
            html.raw("<circle class=\"persona ")
                .raw(class)
                .raw("\" cx=\"")
                .length(x);
            html.raw("\" cy=\"")
                .length(y)
                .raw("\" r=\"")
                .length(radius)
                .raw("\"/>");
            return;
        }
        MemberKind::Compromised => {
            html.raw("<polygon class=\"compromised ");
            let r = radius * 1.3;
            [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
        }
        MemberKind::Suspect => {
            html.raw("<polygon class=\"suspect ");
            let r = radius * 0.92;
            [
                (x - r, y - r),
                (x + r, y - r),
                (x + r, y + r),
                (x - r, y + r),
            ]
        }
    };
    html.raw(class).raw("\" points=\"");
    for (x, y) in corners {
        html.length(x).raw(",").length(y).raw(" ");
    }
    html.raw("\"/>");
}

/// One kind's shape, small, for legends and tables; the word stands beside it.
pub(in crate::report) fn shape(html: &mut Html, kind: MemberKind) {
    html.raw("<svg class=\"shape\" aria-hidden=\"true\" viewBox=\"0 0 20 20\">");
    outline(html, kind, "node", (10.0, 10.0), 7.6);
    html.raw("</svg>");
}

/// What shapes, lines and rings mean; only kinds that occur are named.
pub(in crate::report) fn legend(html: &mut Html, finding: &Finding) {
    html.raw("<ul class=\"legend\">");
    for kind in [
        MemberKind::Persona,
        MemberKind::Compromised,
        MemberKind::Suspect,
    ] {
        if finding.members.iter().any(|member| member.kind == kind) {
            html.raw("<li>");
            shape(html, kind);
            html.text(words::kind(kind)).raw("</li>");
        }
    }
    html.raw(
        "<li><svg class=\"shape\" aria-hidden=\"true\" viewBox=\"0 0 20 20\">\
         <circle class=\"acted persona\" cx=\"10\" cy=\"10\" r=\"9\"/>\
         <circle class=\"persona node\" cx=\"10\" cy=\"10\" r=\"5.5\"/></svg>outlined: acted on</li>\
         <li><svg class=\"shape\" aria-hidden=\"true\" viewBox=\"0 0 20 20\">\
         <circle class=\"ring\" cx=\"10\" cy=\"10\" r=\"9.5\"/></svg>ring: the larger, the more \
         people reached</li>\
         <li><svg class=\"shape wide\" aria-hidden=\"true\" viewBox=\"0 0 40 20\">\
         <line class=\"tie w4\" x1=\"0\" y1=\"10\" x2=\"40\" y2=\"10\"/></svg>tie in several \
         layers; the thicker, the stronger</li>\
         <li><svg class=\"shape wide\" aria-hidden=\"true\" viewBox=\"0 0 40 20\">\
         <line class=\"tie w3 single\" x1=\"0\" y1=\"10\" x2=\"40\" y2=\"10\"/></svg>tie in one \
         layer</li></ul>",
    );
}
