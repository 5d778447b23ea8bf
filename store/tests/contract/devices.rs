//! Devices.

use crate::bench::{Bench, on_every_store};
use crate::world::*;
use ruhu_sync::id::DeviceSeq;
use ruhu_sync::storage::DeviceState;

on_every_store! {
    a_device_that_is_not_enrolled_is_none,
    a_device_reads_back_with_all_that_is_known_of_it,
    a_devices_number_and_link_are_saved,
}

fn a_device_that_is_not_enrolled_is_none(bench: &dyn Bench) {
    assert_eq!(bench.read(|tx| tx.device(device_id(1))).expect("none"), None);
    let locked = bench.write(|tx| tx.lock_device(device_id(1)));
    assert_eq!(locked.expect("none"), None);
}

fn a_device_reads_back_with_all_that_is_known_of_it(bench: &dyn Bench) {
    let (first, second) = (device(1), device(2));
    let third = DeviceState {
        last: DeviceSeq(40),
        chain: [7; 32],
        safe: DeviceSeq(30),
        continues: vec![(first.id, DeviceSeq(12)), (second.id, DeviceSeq(0))],
        reported_lost: true,
        ..device(3)
    };
    for device in [&first, &second, &third] {
        bench.enrol(device);
    }
    for device in [first, second, third] {
        let read = bench.read(|tx| tx.device(device.id)).expect("read");
        assert_eq!(read.as_ref(), Some(&device));
        let locked = bench.write(|tx| tx.lock_device(device.id)).expect("read");
        assert_eq!(locked, Some(device));
    }
}

fn a_devices_number_and_link_are_saved(bench: &dyn Bench) {
    let other = device(2);
    bench.enrol(&other);
    bench.enrol(&device(1));
    let later = DeviceState { last: DeviceSeq(3), chain: [9; 32], ..device(1) };
    bench
        .write(|tx| {
            tx.lock_device(later.id)?;
            tx.save_device(&later)
        })
        .expect("saved");
    let read = |id| bench.read(|tx| tx.device(id)).expect("read");
    assert_eq!(read(later.id), Some(later.clone()));
    assert_eq!(read(other.id), Some(other.clone()));
}
