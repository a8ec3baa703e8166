//! All words of the lexicon in one tree of bytes.
//!
//! What comes in: words and beginnings of words, each with an id. What goes out: for a word of a text, every id it spells
//! or begins with, in one walk over its letters. Deliberately absent: meaning, and removal.

use super::Id;

#[derive(Default)]
struct Node {
    /// Byte and place of the next node, sorted by byte.
    next: Vec<(u8, u32)>,
    /// Ids of the words that end here.
    words: Vec<Id>,
    /// Id of the beginning that ends here.
    beginning: Option<Id>,
}

/// The tree.
pub(super) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// Plants words and beginnings.
    pub(super) fn new<'w>(
        words: impl Iterator<Item = (&'w str, Id)>,
        beginnings: impl Iterator<Item = (&'w str, Id)>,
    ) -> Self {
        let mut tree = Self {
            nodes: vec![Node::default()],
        };
        for (word, id) in words {
            if let Some(node) = tree.node(word) {
                node.words.push(id);
            }
        }
        for (word, id) in beginnings {
            if let Some(node) = tree.node(word) {
                node.beginning = Some(id);
            }
        }
        tree
    }

    /// The node of a word, planted where missing.
    fn node(&mut self, word: &str) -> Option<&mut Node> {
        let mut at = 0;
        for byte in word.bytes() {
            let new = u32::try_from(self.nodes.len()).ok()?;
            let next = &mut self.nodes.get_mut(at)?.next;
            at = match next.binary_search_by_key(&byte, |(b, _)| *b) {
                Ok(found) => next.get(found)?.1 as usize,
                Err(place) => {
                    next.insert(place, (byte, new));
                    self.nodes.push(Node::default());
                    new as usize
                }
            };
        }
        self.nodes.get_mut(at)
    }

    /// Calls back with every id that a word of a text is.
    pub(super) fn walk(&self, word: &str, mut is: impl FnMut(Id)) {
        let Some(mut node) = self.nodes.first() else {
            return;
        };
        for byte in word.bytes() {
            let next = node
                .next
                .iter()
                .find(|(b, _)| *b == byte)
                .and_then(|(_, at)| self.nodes.get(*at as usize));
            let Some(next) = next else { return };
            node = next;
            if let Some(id) = node.beginning {
                is(id);
            }
        }
        node.words.iter().for_each(|id| is(*id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_meets_beginnings_and_the_word() {
        let words = [("porte", 1), ("port", 2), ("дім", 3)];
        let tree = Tree::new(words.into_iter(), [("por", 4), ("porte", 5)].into_iter());
        let found = |word: &str| {
            let mut ids = Vec::new();
            tree.walk(word, |id| ids.push(id));
            ids
        };
        assert_eq!(found("porte"), [4, 5, 1]);
        assert_eq!(found("port"), [4, 2]);
        assert_eq!(found("portes"), [4, 5]);
        assert_eq!(found("дім"), [3]);
        assert!(found("po").is_empty() && found("").is_empty());
    }
}
