//! Cuts a JSON document into its pieces without demanding that all of it be right.
//!
//! What comes in: the bytes of an export file, perhaps cut short, perhaps damaged in the middle. What goes out: the members of
//! an object and the elements of an array as slices, each to be parsed by itself - so that one bad message costs one message.
//! Deliberately absent: values. The slices are parsed by `serde_json`, which is strict.

/// A piece of a document.
#[derive(Clone, Copy)]
pub(super) struct Piece<'b> {
    pub(super) bytes: &'b [u8],
    /// Where it begins in the document it was cut from.
    pub(super) start: usize,
    /// False when the document ends inside it.
    pub(super) whole: bool,
}

/// The elements of the array that begins at the first `[`, and whether the array has its end.
pub(super) fn elements(bytes: &[u8]) -> (Vec<Piece<'_>>, bool) {
    let mut out = Vec::new();
    let Some(open) = bytes.iter().position(|&byte| byte == b'[') else {
        return (out, false);
    };
    let mut at = open + 1;
    loop {
        at = skip(bytes, at, |byte| byte.is_ascii_whitespace() || byte == b',');
        match bytes.get(at) {
            None => return (out, false),
            Some(b']') => return (out, true),
            Some(_) => {
                let (piece, end) = value(bytes, at);
                // A stray closing sign is a piece of its own, so that it is reported and passed.
                let end = end.max(at + 1);
                out.push(Piece {
                    bytes: if piece.bytes.is_empty() {
                        bytes.get(at..end).unwrap_or_default()
                    } else {
                        piece.bytes
                    },
                    ..piece
                });
                at = end;
            }
        }
    }
}

/// The members of the object that begins at the first `{`.
pub(super) fn members(bytes: &[u8]) -> Vec<(String, Piece<'_>)> {
    let mut out = Vec::new();
    let Some(open) = bytes.iter().position(|&byte| byte == b'{') else {
        return out;
    };
    let mut at = open + 1;
    loop {
        at = skip(bytes, at, |byte| byte != b'"' && byte != b'}');
        if bytes.get(at) != Some(&b'"') {
            return out;
        }
        let (key, end) = value(bytes, at);
        let after = skip(bytes, end, |byte| byte.is_ascii_whitespace());
        at = after;
        if bytes.get(after) != Some(&b':') {
            continue;
        }
        let start = skip(bytes, after + 1, |byte| byte.is_ascii_whitespace());
        let (piece, end) = value(bytes, start);
        if let Ok(key) = serde_json::from_slice::<String>(key.bytes) {
            out.push((key, piece));
        }
        at = end.max(after + 1);
    }
}

/// A member of an object.
pub(super) fn member<'p, 'b>(members: &'p [(String, Piece<'b>)], name: &str) -> Option<&'p Piece<'b>> {
    members
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, piece)| piece)
}

/// In which line of a document a byte stands.
pub(super) fn line_of(bytes: &[u8], at: usize) -> usize {
    bytes.iter().take(at).filter(|&&byte| byte == b'\n').count() + 1
}

fn skip(bytes: &[u8], from: usize, pass: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().position(|&byte| !pass(byte)).unwrap_or(rest.len())
}

/// The value that begins at `start`, and where it ends.
fn value(bytes: &[u8], start: usize) -> (Piece<'_>, usize) {
    let piece = |end: usize, whole: bool| {
        let bytes = bytes.get(start..end).unwrap_or_default();
        (Piece { bytes, start, whole }, end)
    };
    let mut depth = 0usize;
    let mut in_text = false;
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                // A raw line end cannot stand in a text: the closing quote is missing, and the damage ends here.
                b'"' | b'\n' => {
                    in_text = false;
                    if depth == 0 {
                        return piece(at + 1, true);
                    }
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return piece(at, true),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return piece(at + 1, true);
                }
            }
            b',' if depth == 0 => return piece(at, true),
            _ => {}
        }
    }
    piece(bytes.len(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'b>(pieces: &[Piece<'b>]) -> Vec<&'b str> {
        pieces
            .iter()
            .map(|piece| std::str::from_utf8(piece.bytes).unwrap())
            .collect()
    }

    #[test]
    fn cuts_at_the_right_places() {
        let (pieces, closed) = elements(br#"x = [ {"a":"]}\"","b":[1,{}]}, 2,"t" ]"#);
        assert_eq!(texts(&pieces), [r#"{"a":"]}\"","b":[1,{}]}"#, "2", "\"t\""]);
        assert!(closed);
        let object = members(br#"{"a": 1, "b": {"c": [2]}, "d": "e,}", "f": nul"#);
        let found: Vec<(&str, &str)> = object
            .iter()
            .map(|(k, p)| (k.as_str(), std::str::from_utf8(p.bytes).unwrap()))
            .collect();
        assert_eq!(
            found,
            [("a", "1"), ("b", r#"{"c": [2]}"#), ("d", "\"e,}\""), ("f", "nul")]
        );
        assert!(!member(&object, "f").unwrap().whole);
    }

    #[test]
    fn damage_costs_what_is_damaged() {
        let (pieces, closed) = elements(b"[{\"a\": \"open,\n \"b\": 1},\n{\"a\": 2}, }, {\"a\":");
        assert_eq!(pieces.len(), 4);
        assert_eq!(texts(&pieces)[1..], ["{\"a\": 2}", "}", "{\"a\":"]);
        assert!(!pieces[3].whole && !closed);
        assert_eq!(line_of(b"a\nb\nc", 4), 3);
    }
}
