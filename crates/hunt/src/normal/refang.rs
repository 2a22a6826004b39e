//! Undoing what people do to indicators so that nobody follows them by mistake.

/// What stands for what, in small letters. Where one is the beginning of another the longer comes first.
const DEFANGED: [(&[u8], &[u8]); 19] = [
    (b"[.]", b"."),
    (b"(.)", b"."),
    (b"{.}", b"."),
    (b"[dot]", b"."),
    (b"(dot)", b"."),
    (b"{dot}", b"."),
    (b"[.", b"."),
    (b"\\.", b"."),
    (b"[:]", b":"),
    (b"(:)", b":"),
    (b"[://]", b"://"),
    (b"[:/]", b":/"),
    (b"[/]", b"/"),
    (b"[@]", b"@"),
    (b"(@)", b"@"),
    (b"{@}", b"@"),
    (b"[at]", b"@"),
    (b"(at)", b"@"),
    (b"{at}", b"@"),
];

/// What begins here in its defanged form: how many bytes it takes, and what it stands for.
pub(crate) fn defanged_at(bytes: &[u8], at: usize) -> Option<(usize, &'static [u8])> {
    let rest = &bytes[at..];
    // Most brackets are brackets: the second byte tells.
    if !rest.get(1).is_some_and(|byte| b".:@/dDaA".contains(byte)) {
        return None;
    }
    DEFANGED
        .iter()
        .find(|(form, _)| {
            rest.get(..form.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(form))
        })
        .map(|(form, plain)| (form.len(), *plain))
}

/// The same bytes with everything that is defanged put back; `None` if nothing is.
pub(crate) fn refang(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut plain: Option<Vec<u8>> = None;
    let mut kept = 0;
    let mut at = 0;
    while at < bytes.len() {
        if matches!(bytes[at], b'[' | b'(' | b'{' | b'\\')
            && let Some((length, stands_for)) = defanged_at(bytes, at)
        {
            let plain = plain.get_or_insert_with(|| Vec::with_capacity(bytes.len()));
            plain.extend_from_slice(&bytes[kept..at]);
            plain.extend_from_slice(stands_for);
            at += length;
            kept = at;
        } else {
            at += 1;
        }
    }
    if let Some(plain) = &mut plain {
        plain.extend_from_slice(&bytes[kept..]);
    }
    plain
}
