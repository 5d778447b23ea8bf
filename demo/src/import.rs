//! The demo's records, made as imports are: edits of a device that go through the one door.

use crate::DemoError;
use crate::dice::Dice;
use crate::district::{District, Person};
use crate::household::{Draft, Occasion, drafts, find, street_of};
use ruhu_api::service::Service;
use ruhu_casework::days::beijing_time;
use ruhu_casework::facts::Role;
use ruhu_desk::pushing::push_within;
use ruhu_desk::who::OnDevice;
use ruhu_store::accounts::{Enrolled, NewDevice};
use ruhu_sync::edit::{Numbering, write_push};
use ruhu_sync::handshake::LIMITS;
use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, Instant};
use ruhu_sync::merge::Hand;
use ruhu_sync::outcome::Verdict;
use ruhu_sync::push::{PushReply, PushRequest};
use ruhu_sync::storage::ReadTx as _;
use ruhu_sync::version::Version;

/// Households for each find.
const HOUSEHOLDS_A_FIND: usize = 10;

/// How much was imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Households.
    pub households: usize,
    /// Their members.
    pub persons: usize,
    /// Finds of committee members.
    pub finds: usize,
    /// All edits, of all kinds.
    pub edits: usize,
}

/// Makes the records: of each street the households, in the name of a worker of its team, and the
/// finds of its committee member.
pub(crate) fn import(
    service: &Service,
    district: &District,
    seed: u64,
    households: usize,
) -> Result<Imported, DemoError> {
    let today = ruhu_casework::days::day_of(service.clock.now());
    let epoch = service.store.read(|tx| tx.epoch())?;
    let mut imported = Imported { households, ..Imported::default() };
    let finds = (households / HOUSEHOLDS_A_FIND).max(1);
    for street in 0..district.streets.len() {
        let at = |number| Occasion { seed, number, today };
        let here = (0..households).filter(|number| street_of(*number, district) == street);
        let edits: Vec<_> = here.flat_map(|number| drafts(district, at(number))).collect();
        imported.persons += edits.iter().filter(|draft| draft.kind == "person").count();
        let found = (0..finds).filter(|number| street_of(*number, district) == street);
        let finds: Vec<_> = found.map(|number| find(district, street, at(number))).collect();
        imported.finds += finds.len();
        imported.edits += edits.len() + finds.len();
        let worker = district.team(street).next();
        let reporter = district.officer(street, Role::CommitteeMember);
        for (person, edits) in [(worker, edits), (reporter, finds)] {
            let person = person.ok_or_else(|| DemoError::Plan("a street without people".into()))?;
            Importer::enrol(service, seed, person, epoch)?.push(&edits)?;
        }
    }
    Ok(imported)
}

/// A device that imports in somebody's name.
struct Importer<'a> {
    service: &'a Service,
    on: OnDevice,
    epoch: Epoch,
    sent: u64,
}

impl<'a> Importer<'a> {
    fn enrol(
        service: &'a Service,
        seed: u64,
        person: &Person,
        epoch: Epoch,
    ) -> Result<Self, DemoError> {
        let now = service.clock.now();
        let device = DeviceId(Dice::new(seed, &person.login, 0).id());
        let name = "演示数据导入".to_owned();
        let new = NewDevice { id: device, user: person.id, name, continues: None, at: now };
        match service.store.write(|tx| tx.enrol(&new))? {
            Enrolled::Here(_) => {
                let on = OnDevice { user: person.id, device, now };
                Ok(Self { service, on, epoch, sent: 0 })
            }
            other => Err(DemoError::Plan(format!("no device to import with: {other:?}"))),
        }
    }

    fn push(mut self, drafts: &[Draft]) -> Result<(), DemoError> {
        for batch in drafts.chunks(LIMITS.push_edits_max) {
            self.push_batch(batch)?;
        }
        Ok(())
    }

    fn push_batch(&mut self, drafts: &[Draft]) -> Result<(), DemoError> {
        let made_at = shanghai(self.on.now);
        let edits = drafts.iter().zip(self.sent + 1..).map(|(draft, number)| {
            let device_seq = DeviceSeq(number);
            let at = Numbering { device_seq, made_at: Some(&made_at), group: None };
            Ok(draft.to_edit()?.write(at, Version::One))
        });
        let edits = edits.collect::<Result<Vec<String>, DemoError>>()?;
        let protocol = Version::One.number();
        let body = write_push(protocol, self.epoch, edits.iter().map(String::as_str));
        let unread = |error| DemoError::Plan(format!("the import cannot be read: {error:?}"));
        let request = PushRequest::parse(&body).map_err(unread)?;
        let (service, on) = (self.service, self.on);
        match service.store.write(|tx| push_within(tx, on, Hand::Device, &request))? {
            PushReply::Answer(answer) => {
                let is_taken = |verdict: &Verdict| *verdict == Verdict::Applied;
                let refused = answer.new_verdicts.iter().position(|verdict| !is_taken(verdict));
                match refused.and_then(|at| answer.outcomes.get(at)) {
                    Some(outcome) => Err(DemoError::Plan(format!("not imported: {outcome}"))),
                    None => {
                        self.sent += edits.len() as u64;
                        Ok(())
                    }
                }
            }
            other => Err(DemoError::Plan(format!("the import was refused: {other:?}"))),
        }
    }
}

/// An instant as a clock in China shows it.
pub(crate) fn shanghai(at: Instant) -> String {
    beijing_time(at)
}
