//! Families of refresh tokens: who continues, and who is detected.

use super::*;

on_each_store! {
    a_token_whose_answer_was_lost_gives_another_until_one_of_them_is_used,
    a_token_that_comes_back_after_its_successor_was_used_ends_every_sign_in_of_the_device,
    a_successor_that_was_passed_over_is_known_as_a_second_hand,
    successors_expire_with_the_sign_in_they_come_from,
    of_two_refreshes_at_once_both_are_answered_and_one_goes_on,
    a_family_stays_small_however_often_it_is_refreshed,
    a_lost_device_is_told_so_whatever_token_of_its_it_shows,
}

struct Family {
    device: NewDevice,
    name: Uuid,
}

type Hash = [u8; 32];

impl Family {
    /// A device whose sign-in at second 1 gave a token that expires at second 1000.
    fn of(store: &Store) -> (Self, Hash) {
        let device = new_device(added(store).id);
        enrolled(store, &device);
        let family = Self { device, name: fresh(3) };
        let first = hash();
        let token = NewRefreshToken {
            hash: first,
            device: family.device.id,
            family: family.name,
            issued_at: Instant(1_000_000),
            expires_at: Instant(1_000_000_000),
        };
        store.write(|tx| tx.add_refresh_token(&token)).expect("added");
        (family, first)
    }

    fn show_at(&self, store: &Store, shown: Hash, second: i64) -> (Renewal, Hash) {
        let (next, shown) = (hash(), ShownRefreshToken { family: self.name, hash: shown });
        let now = Instant(second * 1_000_000);
        (store.write(|tx| tx.renew_refresh_token(shown, next, now)).expect("answered"), next)
    }

    #[track_caller]
    fn renew(&self, store: &Store, shown: Hash) -> Hash {
        let (renewal, next) = self.show_at(store, shown, 5);
        assert!(matches!(renewal, Renewal::Renewed { .. }), "{renewal:?}");
        next
    }
}

fn a_token_whose_answer_was_lost_gives_another_until_one_of_them_is_used(store: &Store) {
    let (family, first) = Family::of(store);
    let lost = family.renew(store, first);
    let heard = family.renew(store, first);
    let next = family.renew(store, heard);
    // And the same again for every generation.
    family.renew(store, heard);
    family.renew(store, next);
    assert_ne!(lost, heard);
}

fn a_token_that_comes_back_after_its_successor_was_used_ends_every_sign_in_of_the_device(
    store: &Store,
) {
    let (family, first) = Family::of(store);
    let second = family.renew(store, first);
    let third = family.renew(store, second);
    let (renewal, _) = family.show_at(store, first, 6);
    assert!(matches!(renewal, Renewal::Reused(device) if device == family.device.id));
    for token in [first, second, third] {
        assert!(matches!(family.show_at(store, token, 7).0, Renewal::Refused));
    }
    let seat = store.read(|tx| tx.seat(family.device.id)).expect("read").expect("seat");
    assert_eq!(seat.revoked_at, Some(Instant(6_000_000)), "access tokens end, too");
    assert!(!seat.reported_lost);
}

fn a_successor_that_was_passed_over_is_known_as_a_second_hand(store: &Store) {
    let (family, first) = Family::of(store);
    let (one, other) = (family.renew(store, first), family.renew(store, first));
    family.renew(store, other);
    assert!(matches!(family.show_at(store, one, 6).0, Renewal::Reused(_)));
    assert!(matches!(family.show_at(store, other, 6).0, Renewal::Refused));
}

fn successors_expire_with_the_sign_in_they_come_from(store: &Store) {
    let (family, first) = Family::of(store);
    let second = family.renew(store, first);
    assert!(matches!(family.show_at(store, second, 999).0, Renewal::Renewed { .. }));
    assert!(matches!(family.show_at(store, second, 1000).0, Renewal::Refused));
}

fn of_two_refreshes_at_once_both_are_answered_and_one_goes_on(store: &Store) {
    let (family, first) = Family::of(store);
    let successors: Vec<Hash> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..6).map(|_| scope.spawn(|| family.renew(store, first))).collect();
        asking.into_iter().map(|asked| asked.join().expect("answered")).collect()
    });
    // All use their successors at once: one is first, the others are detected, and the sign-in has
    // ended.
    let outcomes: Vec<Renewal> = std::thread::scope(|scope| {
        let family = &family;
        let shown = successors.iter().map(|next| scope.spawn(|| family.show_at(store, *next, 6).0));
        let asking: Vec<_> = shown.collect();
        asking.into_iter().map(|asked| asked.join().expect("answered")).collect()
    });
    let count = |is: fn(&Renewal) -> bool| outcomes.iter().filter(|one| is(one)).count();
    assert_eq!(count(|one| matches!(one, Renewal::Renewed { .. })), 1);
    assert_eq!(count(|one| matches!(one, Renewal::Reused(_))), 1);
    assert_eq!(count(|one| matches!(one, Renewal::Refused)), 4);
}

fn a_family_stays_small_however_often_it_is_refreshed(store: &Store) {
    let (family, first) = Family::of(store);
    let mut newest = first;
    for _ in 0..30 {
        newest = family.renew(store, first);
    }
    for _ in 0..30 {
        newest = family.renew(store, newest);
    }
    let held = store.write(|tx| tx.family(family.name)).expect("read").len();
    assert!(held <= 8, "{held}");
}

fn a_lost_device_is_told_so_whatever_token_of_its_it_shows(store: &Store) {
    let (family, first) = Family::of(store);
    let second = family.renew(store, first);
    family.renew(store, second);
    store.write(|tx| tx.end_sign_ins(family.device.id, Instant(7))).expect("revoked");
    let lost = store.write(|tx| tx.report_device_lost(family.device.id, Instant(8)));
    assert!(lost.expect("reported"));
    for token in [first, second] {
        assert!(matches!(family.show_at(store, token, 9).0, Renewal::Lost));
    }
}
