//! Settling: every answer is a document, an edit that has seen both values or an `Answer`. Two tills that
//! answer at the same time are no new question: the greatest document holds.

use super::{AnswerQuestion, App, Open, QuestionPage, id};
use crate::Answer;
use crate::error::Refused;
use crate::permission::Action;
use lumbung_document::body::Answer as Paper;
use lumbung_document::body::reference::Value;
use lumbung_document::{Body, Kind};
use lumbung_domain::{Decision, Rejection, member, reference};
use lumbung_primitives::DocRef;
use lumbung_store::query;
use lumbung_store::query::question::{Contested, Topic};

/// "It is right as it stands" in an `Answer` document.
const AS_IT_STANDS: u8 = 1;

impl App {
    /// Settles one question and answers with those that are left.
    pub fn answer_question(&mut self, request: AnswerQuestion) -> Answer<QuestionPage> {
        self.require(Action::Look)?;
        let open = self.asking()?.all()?.into_iter().find(|open| id(open) == request.id);
        let open = open.ok_or(Refused::QuestionSettled)?;
        self.require(self.settled_by(&open)?)?;
        self.settle(&open, request.choice)?;
        self.question_page()
    }

    /// What a role must be allowed to do.
    fn settled_by(&self, open: &Open) -> Result<Action, Refused> {
        Ok(match open {
            Open::FieldConflict(contested) => {
                match query::reference::kind_of(self.connection(), contested.target)? {
                    Some(Kind::Item) => Action::EditItem,
                    Some(Kind::Member | Kind::Supplier) => Action::EditMember,
                    _ => Action::ManageStaff,
                }
            }
            Open::SamePerson { .. } | Open::MemberNumber { .. } => Action::EditMember,
            Open::NegativeStock { .. }
            | Open::BonOverLimit(_)
            | Open::TakenBackTwice { .. }
            | Open::Quarantined { .. }
            | Open::ForeignEffects { .. } => Action::Reverse,
            Open::VoidControl { .. } | Open::Fork { .. } => Action::ManageStaff,
        })
    }

    fn settle(&mut self, open: &Open, choice: u32) -> Result<(), Refused> {
        match (open, choice) {
            (Open::FieldConflict(contested), _) => {
                let values = values(contested);
                let chosen = usize::try_from(choice).ok().and_then(|choice| choice.checked_sub(1));
                let value = chosen.and_then(|chosen| values.get(chosen)).ok_or(Refused::ChoiceUnknown)?;
                self.choose_value(contested, (*value).clone())
            }
            (Open::SamePerson { members }, 1) => {
                let (elder, younger) = self.elder_first(*members)?;
                self.merge(younger, Some(elder))
            }
            (Open::SamePerson { members }, 2) => self.say(Topic::SamePerson, members.to_vec()),
            (Open::MemberNumber { member_no, members }, 1) => {
                let (_, younger) = self.elder_first(*members)?;
                let numbers = self.member_numbers()?;
                let number = member::next_number(member_no, numbers.iter().map(String::as_str));
                let fields = self.fields_of(Some(younger))?;
                let decision = member::renumber(younger, &fields, &number, self.today())?;
                self.book_edit(decision)
            }
            (
                Open::SamePerson { .. }
                | Open::MemberNumber { .. }
                | Open::NegativeStock { .. }
                | Open::Fork { .. },
                _,
            ) => Err(Refused::ChoiceUnknown),
            (open, 1) => self.say(open.topic(), open.about()),
            _ => Err(Refused::ChoiceUnknown),
        }
    }

    fn say(&mut self, topic: Topic, about: Vec<DocRef>) -> Result<(), Refused> {
        let question = topic.code().ok_or(Refused::ChoiceUnknown)?;
        let paper = Body::Answer(Paper { question, about, choice: AS_IT_STANDS });
        self.book(Decision::new(paper, self.today())).map(drop)
    }

    fn choose_value(&mut self, contested: &Contested, value: Value) -> Result<(), Refused> {
        let target = contested.target;
        let kind = query::reference::kind_of(self.connection(), target)?.ok_or(Refused::QuestionSettled)?;
        let fields = self.fields_of(Some(target))?;
        let chosen = (contested.field, value);
        self.book_edit(reference::choose(kind, target, &fields, chosen, self.today()))?;
        if kind == Kind::Item {
            self.refresh_item(target)?;
        }
        Ok(())
    }

    /// Nothing to write is nothing to settle.
    fn book_edit(&mut self, decision: Option<Decision>) -> Result<(), Refused> {
        self.book(decision.ok_or(Refused::QuestionSettled)?)?;
        self.directory = crate::directory::Directory::load(self.connection())?;
        Ok(())
    }

    /// Two members are one person from now on.
    pub(crate) fn merge(&mut self, younger: DocRef, elder: Option<DocRef>) -> Result<(), Refused> {
        let fields = self.fields_of(Some(younger))?;
        let decision = member::merge(younger, &fields, elder, self.today())?;
        self.book_edit(decision)
    }

    /// Parts a member again from whom it was merged into.
    pub fn unmerge_member(&mut self, member: DocRef) -> Answer<()> {
        self.require(Action::EditMember)?;
        query::member::by_key(self.connection(), member.key())?.ok_or(Rejection::MemberUnknown)?;
        Ok(self.merge(member, None)?)
    }

    /// As `unmerge_member`, by the number on the card; answers with whom it was.
    pub fn unmerge_numbered(&mut self, member_no: &str) -> Answer<DocRef> {
        let bearers = query::member::by_number(self.connection(), member_no.trim())?;
        let merged = self.directory.merged();
        let member = bearers.into_iter().find(|member| merged.lead(*member) != *member);
        let member = DocRef::from_key(member.ok_or(Rejection::MemberUnknown)?);
        self.unmerge_member(member)?;
        Ok(member)
    }

    /// (elder, younger): by the day and hour on which they were entered.
    pub(super) fn elder_first(&self, [one, other]: [DocRef; 2]) -> Result<(DocRef, DocRef), Refused> {
        let entered = |member: DocRef| -> Result<_, Refused> {
            let header = query::document::header(self.connection(), member)?;
            Ok((header.map(|header| (header.business_date, header.wall_ms)), member))
        };
        Ok(if entered(one)? <= entered(other)? { (one, other) } else { (other, one) })
    }

    /// Every number that was ever given out.
    pub(super) fn member_numbers(&self) -> Result<Vec<String>, Refused> {
        let all = query::member::all(self.connection())?;
        Ok(all.into_iter().map(|row| row.member_no).collect())
    }
}

/// The values that stand against one another, each once, in the order in which they would hold.
pub(super) fn values(contested: &Contested) -> Vec<&Value> {
    let mut values: Vec<&Value> = Vec::new();
    for edit in &contested.edits {
        if !values.contains(&&edit.value) {
            values.push(&edit.value);
        }
    }
    values
}
