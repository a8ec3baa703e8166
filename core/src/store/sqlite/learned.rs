//! What was learned: corrections of categories, and choices of canned responses. Imprints only, no text.

use super::{failed, instant, word};
use crate::domain::{
    Choice, Correction, CorrectionId, Imprint, Instant, MessageId, OperatorId, ReplyId, millis,
};
use crate::error::Result;
use crate::store::{Tx, View};
use rusqlite::{Row, params};

/// Rows beyond those that are kept before the oldest go: readers follow additions one by one, and read everything anew after a removal.
const SLACK: usize = 500;

/// Where a table of learned things stands. It is another one after every change, also by another process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mark {
    /// The newest row.
    pub newest: i64,
    /// How many rows.
    pub rows: i64,
}

/// How much was forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Forgotten {
    /// Corrections of categories.
    pub corrections: u64,
    /// Choices of canned responses.
    pub choices: u64,
}

fn imprint(row: &Row<'_>) -> rusqlite::Result<Imprint> {
    let bytes: Vec<u8> = row.get("imprint")?;
    Ok(Imprint {
        words: row.get("words")?,
        features: bytes
            .chunks_exact(4)
            .filter_map(|four| four.try_into().ok().map(u32::from_le_bytes))
            .collect(),
    })
}

fn bytes(imprint: &Imprint) -> Vec<u8> {
    imprint.features.iter().flat_map(|f| f.to_le_bytes()).collect()
}

fn correction(row: &Row<'_>) -> rusqlite::Result<Correction> {
    Ok(Correction {
        id: CorrectionId(row.get("id")?),
        message: row.get::<_, Option<i64>>("message_seq")?.map(MessageId),
        from: word(row, "from_category")?,
        to: word(row, "to_category")?,
        by: OperatorId(row.get("operator_id")?),
        at: instant(row, "at")?,
        imprint: imprint(row)?,
    })
}

impl View<'_> {
    fn mark(&self, sql: &str) -> Result<Mark> {
        self.conn
            .prepare_cached(sql)
            .and_then(|mut s| {
                s.query_row([], |row| {
                    Ok(Mark {
                        newest: row.get(0)?,
                        rows: row.get(1)?,
                    })
                })
            })
            .map_err(failed)
    }

    /// Where the corrections stand.
    ///
    /// # Errors
    /// `Store`.
    pub fn corrections_mark(&self) -> Result<Mark> {
        self.mark("SELECT coalesce(max(id), 0), count(*) FROM correction")
    }

    /// Where the choices stand.
    ///
    /// # Errors
    /// `Store`.
    pub fn choices_mark(&self) -> Result<Mark> {
        self.mark("SELECT coalesce(max(id), 0), count(*) FROM choice")
    }

    /// Corrections after `after`, the oldest first, with the imprints of one form; without a form, without imprints.
    ///
    /// # Errors
    /// `Store`.
    pub fn corrections_after(&self, after: i64, form: Option<i64>) -> Result<Vec<Correction>> {
        self.conn
            .prepare_cached(
                "SELECT id, message_seq, from_category, to_category, operator_id, at, words, \
                 CASE form WHEN ?2 THEN imprint ELSE x'' END AS imprint FROM correction WHERE id > ?1 ORDER BY id",
            )
            .and_then(|mut s| s.query_map(params![after, form], correction)?.collect())
            .map_err(failed)
    }

    /// Choices after `after`, the oldest first; those whose imprint has another form than `form` come without one.
    ///
    /// # Errors
    /// `Store`.
    pub fn choices_after(&self, after: i64, form: i64) -> Result<Vec<Choice>> {
        self.conn
            .prepare_cached(
                "SELECT id, reply_id, words, CASE form WHEN ?2 THEN imprint ELSE x'' END AS imprint \
                 FROM choice WHERE id > ?1 ORDER BY id",
            )
            .and_then(|mut s| {
                s.query_map([after, form], |row| {
                    Ok(Choice {
                        id: row.get("id")?,
                        reply: ReplyId(row.get("reply_id")?),
                        imprint: imprint(row)?,
                    })
                })?
                .collect()
            })
            .map_err(failed)
    }
}

impl Tx<'_> {
    /// Keeps a correction, in place of an earlier one of the same message, and lets the oldest go beyond `kept`.
    ///
    /// # Errors
    /// `Store`.
    pub fn learn_correction(&self, correction: &Correction, form: i64, kept: usize) -> Result<()> {
        if let Some(message) = correction.message {
            self.forget_correction(message)?;
        }
        self.conn
            .prepare_cached(
                "INSERT INTO correction (message_seq, from_category, to_category, operator_id, at, form, words, imprint) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )
            .and_then(|mut s| {
                s.execute(params![
                    correction.message.map(|id| id.0),
                    correction.from.as_str(),
                    correction.to.as_str(),
                    correction.by.0,
                    millis(correction.at),
                    form,
                    correction.imprint.words,
                    bytes(&correction.imprint),
                ])
            })
            .map_err(failed)?;
        self.keep_newest(
            self.corrections_mark()?,
            "DELETE FROM correction WHERE id <= (SELECT id FROM correction ORDER BY id DESC LIMIT 1 OFFSET ?1)",
            kept,
        )
    }

    /// Forgets what was learned of one message.
    ///
    /// # Errors
    /// `Store`.
    pub fn forget_correction(&self, message: MessageId) -> Result<()> {
        self.conn
            .prepare_cached("DELETE FROM correction WHERE message_seq = ?1")
            .and_then(|mut s| s.execute([message.0]))
            .map(|_| ())
            .map_err(failed)
    }

    /// Keeps a choice, and lets the oldest go beyond `kept`.
    ///
    /// # Errors
    /// `Store`.
    pub fn learn_choice(
        &self,
        reply: &ReplyId,
        imprint: &Imprint,
        at: Instant,
        form: i64,
        kept: usize,
    ) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO choice (reply_id, at, form, words, imprint) VALUES (?1, ?2, ?3, ?4, ?5)",
            )
            .and_then(|mut s| s.execute(params![reply.0, millis(at), form, imprint.words, bytes(imprint)]))
            .map_err(failed)?;
        self.keep_newest(
            self.choices_mark()?,
            "DELETE FROM choice WHERE id <= (SELECT id FROM choice ORDER BY id DESC LIMIT 1 OFFSET ?1)",
            kept,
        )
    }

    fn keep_newest(&self, mark: Mark, sql: &str, kept: usize) -> Result<()> {
        if usize::try_from(mark.rows).unwrap_or_default() <= kept + SLACK {
            return Ok(());
        }
        self.conn
            .prepare_cached(sql)
            .and_then(|mut s| s.execute([i64::try_from(kept).unwrap_or(i64::MAX)]))
            .map(|_| ())
            .map_err(failed)
    }

    /// Forgets everything: corrections, choices, and how often each reply was chosen.
    ///
    /// # Errors
    /// `Store`.
    pub fn forget_learned(&self) -> Result<Forgotten> {
        let delete = |sql: &str| self.conn.execute(sql, []).map(|rows| rows as u64).map_err(failed);
        delete("DELETE FROM reply_usage")?;
        Ok(Forgotten {
            corrections: delete("DELETE FROM correction")?,
            choices: delete("DELETE FROM choice")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::learn::{FORM, imprint as imprint_of};
    use crate::domain::{Category, Role, from_millis};
    use crate::store::Store;
    use crate::store::tests::store;

    fn with_person() -> (Store, OperatorId) {
        let store = store();
        let id = store
            .write(|tx| tx.insert_operator("alex", "Alex", Role::Operator, 0, "x"))
            .unwrap()
            .id;
        (store, id)
    }

    fn correction(by: OperatorId, text: &str) -> Correction {
        Correction {
            id: CorrectionId(0),
            message: None,
            from: Category::Other,
            to: Category::Witness,
            by,
            at: from_millis(1_800_000_000_000),
            imprint: imprint_of(text),
        }
    }

    fn all(store: &Store) -> Vec<Correction> {
        store.read(|view| view.corrections_after(0, Some(FORM))).unwrap()
    }

    #[test]
    fn a_correction_comes_back_as_it_was_kept() {
        let (store, alex) = with_person();
        let kept = correction(alex, "J'ai vu la voiture grise de votre appel");
        store.write(|tx| tx.learn_correction(&kept, FORM, 10)).unwrap();
        let [back] = <[Correction; 1]>::try_from(all(&store)).unwrap();
        assert_eq!(Correction { id: kept.id, ..back }, kept);
    }

    #[test]
    fn an_imprint_of_another_form_is_listed_and_not_compared() {
        let (store, alex) = with_person();
        store
            .write(|tx| tx.learn_correction(&correction(alex, "la voiture grise"), FORM + 1, 10))
            .unwrap();
        let all = all(&store);
        assert_eq!(all.len(), 1);
        assert!(all.iter().all(|c| c.imprint.is_empty()));
    }

    #[test]
    fn only_the_newest_are_kept() {
        let (store, alex) = with_person();
        store
            .write(|tx| {
                for n in 0..=SLACK + 3 {
                    tx.learn_correction(&correction(alex, &format!("mot{n}")), FORM, 3)?;
                    tx.learn_choice(
                        &ReplyId("a".to_owned()),
                        &imprint_of("mot"),
                        from_millis(0),
                        FORM,
                        3,
                    )?;
                }
                Ok(())
            })
            .unwrap();
        let newest: Vec<i64> = all(&store).iter().map(|c| c.id.0).collect();
        assert_eq!(newest, [SLACK as i64 + 2, SLACK as i64 + 3, SLACK as i64 + 4]);
        let mark = store.read(|view| view.choices_mark()).unwrap();
        assert_eq!((mark.rows, mark.newest), (3, SLACK as i64 + 4));
    }

    #[test]
    fn every_change_moves_the_mark() {
        let (store, alex) = with_person();
        let mark = || store.read(|view| view.corrections_mark()).unwrap();
        let mut seen = vec![mark()];
        let learn = |text: &str| {
            store
                .write(|tx| tx.learn_correction(&correction(alex, text), FORM, 10))
                .unwrap();
        };
        learn("un");
        seen.push(mark());
        learn("deux");
        seen.push(mark());
        let forgotten = store.write(|tx| tx.forget_learned()).unwrap();
        assert_eq!(forgotten.corrections, 2);
        seen.push(mark());
        learn("trois");
        seen.push(mark());
        for (n, one) in seen.iter().enumerate().skip(1) {
            // After a reset it stands where it stood at the beginning: nothing is learned.
            assert!(
                n == 3 || seen.iter().take(n).all(|other| other != one),
                "{seen:?}"
            );
        }
        assert_eq!(seen.first(), seen.get(3));
    }
}
