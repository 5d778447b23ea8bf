use super::world::World;
use ruhu_sync::push::PushReply;

/// Any body is a push or is none. Sent again, it is answered as the first time and changes nothing;
/// what is not an answer changes nothing either.
pub fn push(data: &[u8]) {
    let Ok(body) = std::str::from_utf8(data) else {
        return;
    };
    let mut world = World::new();
    let before = world.look();
    let Some(first) = world.push(0, body) else {
        return;
    };
    let after = world.look();
    let PushReply::Answer(first) = first else {
        assert_eq!(before, after, "a refusal changed something");
        return;
    };
    let Some(PushReply::Answer(again)) = world.push(0, body) else {
        panic!("a push repeated is answered");
    };
    assert_eq!(first.outcomes, again.outcomes);
    assert_eq!(after, world.look(), "a push repeated changed something");
}
