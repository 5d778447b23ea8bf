//! Generates a schedule from a seed. The frequencies are drawn too, so that no two seeds are bad in
//! the same way.

use crate::step::{Act, Desk, Fate, Raw, Right, Schedule, Step};
use ruhu_device::Random;

/// The frequencies of one schedule.
struct Weather {
    steps: [u64; 20],
    acts: [u64; 12],
    /// One call in this many meets a fault.
    bad: u64,
    /// Records are chosen among the first few, so that people meet.
    records: u8,
    /// The maximum number of tablets.
    tablets_max: u8,
}

impl Weather {
    fn of(random: &mut Random) -> Self {
        // In the order of `step` and of `act`.
        let mut steps = [40, 1, 10, 4, 22, 3, 3, 1, 1, 1, 3, 1, 1, 2, 2, 1, 1, 14, 2, 4];
        let mut acts = [6, 12, 4, 2, 5, 5, 4, 4, 4, 2, 4, 3];
        // A few things never happen in this schedule, and a few all the time.
        for weight in steps.iter_mut().skip(5) {
            match random.below(6) {
                0 | 1 => *weight = 0,
                2 => *weight *= 4,
                _ => {}
            }
        }
        for weight in acts.iter_mut().skip(1) {
            match random.below(5) {
                0 => *weight = 0,
                1 => *weight *= 4,
                _ => {}
            }
        }
        let mut tablets_max = u8::MAX;
        let mut records = [1, 2, 4, 8][random.below(4) as usize];
        match random.below(6) {
            // Several people at the rows of one record.
            0 => {
                (acts[4], acts[5], acts[6]) = (10, 16, 8);
                steps[4] *= 2;
                records = 1;
            }
            // Tablets that fork from themselves again and again.
            1 => {
                (steps[2], steps[7], steps[8], steps[10]) = (14, 8, 8, 12);
                acts[1] = 24;
                (records, tablets_max) = (1, 3);
            }
            _ => {}
        }
        let bad = [3, 6, 12, 1_000_000][random.below(4) as usize];
        Self { steps, acts, bad, records, tablets_max }
    }
}

/// The schedule of a seed, with this many steps.
pub fn schedule(seed: u64, length: usize) -> Schedule {
    let mut random = Random::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x7275_6875);
    let weather = Weather::of(&mut random);
    let tablets = match random.below(10) {
        0 => 20,
        1 | 2 => 8,
        _ => 2 + small(&mut random, 4),
    }
    .min(weather.tablets_max);
    let people = 1 + small(&mut random, tablets);
    let mut steps: Vec<Step> = Vec::with_capacity(length);
    // Somebody begins, so that there is something to disagree about.
    let make = |kind| Act::Make { kind, root: 0, team: 0 };
    steps.push(Step::Write { on: 0, acts: vec![make(0)] });
    steps.push(Step::Write { on: 0, acts: vec![make(1)] });
    steps.push(Step::Sync { on: 0, limit: 0, fates: Vec::new() });
    steps.push(Step::Rest);
    // With a generator of its own: what follows is the same with it and without.
    let mut beginning = Random::new(seed ^ 0x6174_6f6e_6572_6f77);
    if beginning.once_in(6) {
        steps.extend(at_one_row(&mut beginning));
    }
    while steps.len() < length {
        steps.push(step(&mut random, &weather));
    }
    Schedule { seed, tablets, people, steps }
}

/// Two people at one row: one corrects it and removes it, while the other corrects it, too, and has
/// seen neither.
fn at_one_row(random: &mut Random) -> Vec<Step> {
    let (record, row, field) = (0, small(random, u8::MAX), small(random, u8::MAX));
    let write = |on, act| Step::Write { on, acts: vec![act] };
    let sync = |on| Step::Sync { on, limit: 0, fates: Vec::new() };
    let set = |on, value| write(on, Act::SetRow { record, row, field, value });
    vec![
        write(0, Act::AddRow { record, row, value: 0 }),
        sync(0),
        sync(1),
        set(1, small(random, u8::MAX)),
        write(1, Act::RemoveRow { record, row }),
        sync(1),
        set(0, small(random, u8::MAX)),
        sync(0),
    ]
}

/// The maximum number of publications of a form in one schedule.
const PUBLISHED_MAX: u64 = 3;

/// The schedule of a seed for a field with forms: here and there one is published.
pub fn with_forms(seed: u64, length: usize) -> Schedule {
    let mut schedule = schedule(seed, length);
    let mut random = Random::new(seed ^ 0x666f_726d);
    for _ in 0..random.below(PUBLISHED_MAX + 1) {
        let at = random.below(schedule.steps.len().max(1) as u64) as usize;
        schedule.steps.insert(at, Step::Publish);
    }
    schedule
}

fn fates(random: &mut Random, weather: &Weather) -> Vec<Fate> {
    let mut fates = Vec::new();
    while fates.len() < 4 && random.once_in(weather.bad) {
        let skipped = random.below(2);
        fates.extend((0..skipped).map(|_| Fate::Pass));
        fates.push(match random.below(9) {
            0 => Fate::LoseRequest,
            1 | 2 => Fate::LoseResponse,
            3 => Fate::Twice,
            4 => Fate::CutRequest,
            5 => Fate::CutResponse,
            6 => Fate::Late,
            7 => Fate::Echo,
            _ => Fate::ServerDies,
        });
    }
    fates
}

fn step(random: &mut Random, weather: &Weather) -> Step {
    let any = |random: &mut Random| small(random, u8::MAX);
    let on = any(random);
    match random.weighted(&weather.steps) {
        0 => {
            let count = if random.once_in(6) { 2 + random.below(2) } else { 1 };
            Step::Write { on, acts: (0..count).map(|_| act(random, weather)).collect() }
        }
        1 => Step::Void { on, nth: any(random) },
        2 => {
            let edits_max = small(random, 4);
            Step::Push { on, edits_max, fates: fates(random, weather) }
        }
        3 => Step::Pull { on, limit: small(random, 4), fates: fates(random, weather) },
        4 => Step::Sync { on, limit: small(random, 6), fates: fates(random, weather) },
        5 => Step::Arrive { nth: any(random) },
        6 => Step::Crash { on },
        7 => Step::Copy { on },
        8 => Step::Return { on },
        9 => Step::Clone { on },
        10 => Step::Rejoin { on, fates: fates(random, weather) },
        11 => Step::Lose { on, found: !random.once_in(3) },
        12 => Step::Damage { on, nth: any(random) },
        13 => {
            let n = any(random);
            let right = match random.below(6) {
                0 | 1 => Right::Joins(n),
                2 => Right::Leaves(n),
                3 => Right::Ends,
                _ => Right::Begins,
            };
            Step::Rights { of: on, right }
        }
        14 => Step::BackUp { verified: random.once_in(3) },
        15 => Step::Restore { nth: any(random) },
        16 => Step::Restart,
        17 => Step::Staff(desk(random, weather)),
        18 => Step::Hand(match random.below(7) {
            0 => Raw::Unreadable,
            1 => Raw::Gap,
            2 => Raw::SplitGroup,
            3 => Raw::StaffsOp,
            4 => Raw::Changed,
            5 => Raw::Everything,
            _ => Raw::WrongMember,
        }),
        _ => match random.once_in(4) {
            true => Step::Rest,
            false => Step::AtOnce { one: on, other: any(random), reader: any(random) },
        },
    }
}

fn act(random: &mut Random, weather: &Weather) -> Act {
    let record = small(random, weather.records);
    let any = |random: &mut Random| small(random, u8::MAX);
    let (field, value, row) = (any(random), any(random), any(random));
    match random.weighted(&weather.acts) {
        0 => Act::Make { kind: any(random), root: any(random), team: any(random) },
        1 => Act::Set { record, field, value },
        2 => Act::Remove { record, field },
        3 => Act::Ensure { record, field },
        4 => Act::AddRow { record, row, value },
        5 => Act::SetRow { record, row, field, value },
        6 => Act::RemoveRow { record, row },
        7 => Act::SetTwo { record, fields: [field, row], value },
        8 => Act::Pass { record, to: any(random) },
        9 => Act::Delete { record },
        10 => Act::Resolve { record, nth: any(random), choice: any(random) },
        _ => Act::Odd { record: any(random), which: any(random) },
    }
}

fn desk(random: &mut Random, weather: &Weather) -> Desk {
    let record = small(random, weather.records.max(2));
    let nth = small(random, u8::MAX);
    match random.below(18) {
        0..=2 => {
            let stale = random.once_in(6);
            Desk::Move { record, team: nth, stale }
        }
        3..=9 => Desk::Decide {
            nth,
            applies: !random.once_in(3),
            part: random.once_in(4),
            wordless: random.once_in(10),
        },
        10 => Desk::Undelete { record },
        11 => Desk::Delete { record: nth },
        12 | 13 => Desk::Resolve { record, nth, choice: small(random, 4) },
        14 => Desk::Accept { record },
        15 => Desk::Split { record, team: nth },
        16 => Desk::Merge { record, into: nth },
        _ => Desk::HandOver { from: record, to: nth },
    }
}

/// A small number below `end`, as steps carry them.
fn small(random: &mut Random, end: u8) -> u8 {
    u8::try_from(random.below(end.into())).unwrap_or(0)
}
