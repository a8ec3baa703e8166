//! Words that are found again by their letters, and short lists filed under numbers.
//!
//! What comes in: words, beginnings of words, pairs of a number and something. What goes out: the number of a word, the
//! numbers of all beginnings of a word, the list of a number. All of it lies in a few flat rows: tens of thousands of words
//! load in milliseconds, and looking one up touches two places in memory.
//! Deliberately absent: meaning, and removal.

/// Numbered words, in the order in which they came.
#[derive(Default)]
pub(in crate::classify) struct Words {
    letters: String,
    /// Where each word ends in `letters`; it begins where the one before it ends.
    ends: Vec<u32>,
    /// Open addressing: upper half of the hash, number of the word plus one; 0 is a free slot. A power of two long.
    slots: Vec<(u32, u32)>,
}

impl Words {
    /// How many there are.
    pub(in crate::classify) fn len(&self) -> usize {
        self.ends.len()
    }

    /// One word.
    pub(in crate::classify) fn word(&self, number: usize) -> &str {
        let start = number
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |end| *end as usize);
        let end = self.ends.get(number).map_or(start, |end| *end as usize);
        self.letters.get(start..end).unwrap_or("")
    }

    /// The number of a word that came before.
    pub(in crate::classify) fn find(&self, word: &str) -> Option<usize> {
        self.slot(word, hash(word)).ok()
    }

    /// The numbers of a row of words.
    pub(in crate::classify) fn find_all<'w>(
        &self,
        row: impl Iterator<Item = &'w str> + Clone,
    ) -> Vec<Option<usize>> {
        let mask = self.slots.len().wrapping_sub(1);
        // All slots are fetched before any is looked at: memory answers many questions at once.
        let fetched: Vec<(u64, (u32, u32))> = row
            .clone()
            .map(|word| {
                let hash = hash(word);
                let slot = self.slots.get(hash as usize & mask);
                (hash, slot.copied().unwrap_or_default())
            })
            .collect();
        row.zip(fetched)
            .map(|(word, (hash, (of, number)))| {
                let first = (number as usize).checked_sub(1)?;
                if of == upper(hash) && self.word(first) == word {
                    return Some(first);
                }
                self.slot(word, hash).ok()
            })
            .collect()
    }

    /// The number of a word, a new one if it is new.
    pub(in crate::classify) fn intern(&mut self, word: &str) -> usize {
        if self.slots.len() < 2 * (self.ends.len() + 1) {
            self.grow();
        }
        let hash = hash(word);
        match self.slot(word, hash) {
            Ok(number) => number,
            Err(free) => {
                let number = self.ends.len();
                self.letters.push_str(word);
                self.ends
                    .push(u32::try_from(self.letters.len()).unwrap_or(u32::MAX));
                if let Some(slot) = self.slots.get_mut(free) {
                    *slot = (upper(hash), u32::try_from(number + 1).unwrap_or(u32::MAX));
                }
                number
            }
        }
    }

    /// The number of the word, or the slot that it would take.
    fn slot(&self, word: &str, hash: u64) -> Result<usize, usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        // At least half of the slots are free, so that the search ends.
        while let Some((of, number)) = self.slots.get(at).copied() {
            let Some(number) = (number as usize).checked_sub(1) else {
                return Err(at);
            };
            if of == upper(hash) && self.word(number) == word {
                return Ok(number);
            }
            at = (at + 1) & mask;
        }
        Err(at)
    }

    fn grow(&mut self) {
        let room = (4 * (self.ends.len() + 1)).next_power_of_two().max(64);
        let mut slots = vec![(0, 0); room];
        for number in 0..self.ends.len() {
            let hash = hash(self.word(number));
            let mut at = hash as usize & (room - 1);
            while slots.get(at).is_some_and(|(_, taken)| *taken != 0) {
                at = (at + 1) & (room - 1);
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = (upper(hash), u32::try_from(number + 1).unwrap_or(u32::MAX));
            }
        }
        self.slots = slots;
    }
}

/// Eight bytes at a time; the words are our own, nobody picks them to collide.
fn hash(word: &str) -> u64 {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let step = |hash: u64, bytes: u64| {
        let mixed = (hash ^ bytes).wrapping_mul(SPREAD);
        mixed ^ (mixed >> 29)
    };
    let (eights, rest) = word.as_bytes().as_chunks::<8>();
    let hash = eights.iter().fold(word.len() as u64, |hash, eight| {
        step(hash, u64::from_le_bytes(*eight))
    });
    let rest = rest.iter().fold(0, |rest, byte| (rest << 8) | u64::from(*byte));
    step(step(hash, rest), 0)
}

fn upper(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// Beginnings of words: all that a word has are met in one pass over its letters.
#[derive(Default)]
pub(in crate::classify) struct Beginnings {
    words: Words,
    longest: usize,
    /// A bit for each hash of a beginning: most beginnings of most words are none of ours, and end here.
    filter: Vec<u64>,
}

impl Beginnings {
    /// Bits in the filter: a power of two.
    const BITS: u32 = 1 << 16;

    /// The number of a beginning, a new one if it is new.
    pub(in crate::classify) fn intern(&mut self, beginning: &str) -> usize {
        self.filter.resize(Self::BITS as usize / 64, 0);
        self.longest = self.longest.max(beginning.len());
        let hash = beginning.bytes().fold(Self::SEED, Self::roll);
        if let Some(bits) = self.filter.get_mut(Self::place(hash)) {
            *bits |= 1 << (hash % 64);
        }
        self.words.intern(beginning)
    }

    /// Calls back with the number of every beginning that a word has, itself included.
    pub(in crate::classify) fn of(&self, word: &str, mut is: impl FnMut(usize)) {
        let mut hash = Self::SEED;
        for (at, byte) in word.bytes().enumerate().take(self.longest) {
            hash = Self::roll(hash, byte);
            let known = self
                .filter
                .get(Self::place(hash))
                .is_some_and(|bits| bits & (1 << (hash % 64)) != 0);
            if known && let Some(number) = word.get(..=at).and_then(|start| self.words.find(start)) {
                is(number);
            }
        }
    }

    const SEED: u32 = 0x811c_9dc5;

    /// FNV-1a, a byte at a time.
    fn roll(hash: u32, byte: u8) -> u32 {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    }

    fn place(hash: u32) -> usize {
        ((hash % Self::BITS) / 64) as usize
    }
}

/// Short lists, one after the other in one row.
#[derive(Debug)]
pub(in crate::classify) struct Lists<T> {
    /// Where each list ends in `all`.
    ends: Vec<u32>,
    all: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self {
            ends: Vec::new(),
            all: Vec::new(),
        }
    }
}

impl<T: Copy> Lists<T> {
    /// Room for this many lists with this many things in all.
    pub(in crate::classify) fn with_capacity(lists: usize, things: usize) -> Self {
        Self {
            ends: Vec::with_capacity(lists),
            all: Vec::with_capacity(things),
        }
    }

    /// Files pairs under their numbers, all below `lists`; the order inside a list is that of the pairs.
    pub(in crate::classify) fn file(lists: usize, pairs: &[(u32, T)]) -> Self {
        let Some((_, any)) = pairs.first() else {
            return Self {
                ends: vec![0; lists],
                all: Vec::new(),
            };
        };
        let mut all = vec![*any; pairs.len()];
        let mut ends = vec![0_u32; lists];
        for (number, _) in pairs {
            if let Some(count) = ends.get_mut(*number as usize) {
                *count += 1;
            }
        }
        let mut start = 0;
        for end in &mut ends {
            (*end, start) = (start, start + *end);
        }
        // Every slot holds where its list starts, and ends up where it ends.
        for (number, thing) in pairs {
            if let Some(next) = ends.get_mut(*number as usize)
                && let Some(slot) = all.get_mut(*next as usize)
            {
                *slot = *thing;
                *next += 1;
            }
        }
        Self { ends, all }
    }

    /// How many lists there are.
    pub(in crate::classify) fn len(&self) -> usize {
        self.ends.len()
    }

    /// One list.
    pub(in crate::classify) fn of(&self, number: usize) -> &[T] {
        let start = number
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |end| *end as usize);
        let end = self.ends.get(number).map_or(start, |end| *end as usize);
        self.all.get(start..end).unwrap_or(&[])
    }

    /// The list that is being written.
    pub(in crate::classify) fn open(&mut self) -> &mut [T] {
        let start = self.ends.last().map_or(0, |end| *end as usize);
        self.all.get_mut(start..).unwrap_or(&mut [])
    }

    /// Adds to the list that is being written.
    pub(in crate::classify) fn push(&mut self, thing: T) {
        self.all.push(thing);
    }

    /// Adds to the list that is being written.
    pub(in crate::classify) fn extend(&mut self, things: impl Iterator<Item = T>) {
        self.all.extend(things);
    }

    /// Takes the list that is being written away.
    pub(in crate::classify) fn take(&mut self) -> Vec<T> {
        let start = self.ends.last().map_or(0, |end| *end as usize);
        self.all.split_off(start.min(self.all.len()))
    }

    /// The list is complete.
    pub(in crate::classify) fn close(&mut self) {
        self.ends.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
    }
}

impl<T: Copy + Ord> Lists<T> {
    /// Sorts the list that is being written, each thing once.
    pub(in crate::classify) fn sort(&mut self) {
        let list = self.open();
        list.sort_unstable();
        let mut kept: usize = 0;
        for at in 0..list.len() {
            let thing = list.get(at).copied();
            let last = kept.checked_sub(1).and_then(|last| list.get(last)).copied();
            if thing != last
                && let (Some(thing), Some(slot)) = (thing, list.get_mut(kept))
            {
                *slot = thing;
                kept += 1;
            }
        }
        let start = self.ends.last().map_or(0, |end| *end as usize);
        self.all.truncate(start + kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_again_and_only_itself() {
        let mut words = Words::default();
        assert_eq!(words.find("porte"), None);
        let all: Vec<String> = (0..1000).map(|n| format!("дім{n}")).collect();
        for (n, word) in all.iter().enumerate() {
            assert_eq!(words.intern(word), n);
        }
        assert_eq!(words.intern("дім7"), 7);
        let row = ["дім3", "porte", "дім4"];
        assert_eq!(words.find_all(row.into_iter()), [Some(3), None, Some(4)]);
        assert!(
            all.iter()
                .enumerate()
                .all(|(n, word)| words.find(word) == Some(n))
        );
        assert_eq!(
            (words.len(), words.word(12), words.find("дім")),
            (1000, "дім12", None)
        );
        assert_eq!(words.find(""), None);
    }

    #[test]
    fn a_word_meets_all_its_beginnings() {
        let mut beginnings = Beginnings::default();
        for beginning in ["por", "porte", "п", "autre"] {
            beginnings.intern(beginning);
        }
        let met = |word: &str| {
            let mut met = Vec::new();
            beginnings.of(word, |number| met.push(number));
            met
        };
        assert_eq!(met("portes"), [0, 1]);
        assert_eq!(met("port"), [0]);
        assert_eq!(met("поліція"), [2]);
        assert!(met("po").is_empty() && met("").is_empty());
    }

    #[test]
    fn lists_are_filed_and_written() {
        let lists = Lists::file(4, &[(2, 'a'), (0, 'b'), (2, 'c')]);
        assert_eq!(
            (lists.of(0), lists.of(1), lists.of(2), lists.of(3)),
            (&['b'][..], &[][..], &['a', 'c'][..], &[][..])
        );
        let mut lists = Lists::with_capacity(2, 4);
        lists.close();
        lists.extend([3, 1, 3].into_iter());
        lists.sort();
        lists.close();
        assert_eq!((lists.len(), lists.of(0), lists.of(1)), (2, &[][..], &[1, 3][..]));
    }
}
