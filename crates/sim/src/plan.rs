//! What one seed does: how many tills, how long, how often each act and each fault. Every seed draws its own
//! mix, so that some see one fault alone and others all of them together.

use crate::disk::Chance;
use crate::draw::Draw;

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $usual:literal,)*) => {
        /// One step of a simulation.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Act {
            $($(#[$doc])* $name,)*
        }

        impl Act {
            pub const ALL: &'static [(Self, u32)] = &[$((Self::$name, $usual),)*];
        }
    };
}

acts! {
    OpenShift = 10,
    Sell = 60,
    /// Several documents in one unit.
    SellMany = 12,
    Return = 8,
    Deposit = 12,
    PayBon = 8,
    Buy = 12,
    Reverse = 8,
    EditPrice = 10,
    EditPhone = 5,
    NewItem = 4,
    NewMember = 4,
    EraseMember = 1,
    /// A kind, a kind version or a rule of a later app.
    Later = 5,
    /// A document that fails check_v1.
    Poison = 4,
    /// A document dated in a closed period.
    BackDate = 4,
    GrantKeys = 3,
    Invite = 5,
    Enrol = 9,
    /// The books device ends series that the centre says have two branches.
    EndForked = 8,
    /// The books device ends a sound device.
    Revoke = 2,
    Close = 6,
    Reopen = 2,
    HandOver = 2,
    /// Somebody names the next books device after the last was ended.
    NameHolder = 8,
    /// A control document by a device that does not keep the books.
    Usurp = 3,
    /// A till that found itself ended joins anew.
    Renew = 9,
    Reissue = 12,
    Partition = 6,
    Heal = 8,
    /// The power of a till is cut, and comes back later.
    CutPower = 5,
    /// The power is cut in the middle of a write.
    CutInWrite = 5,
    Restart = 12,
    /// A copy of a till's disk in a second machine.
    Clone = 2,
    BackUp = 4,
    /// An old copy is put back, and the till sells on.
    Restore = 4,
    CrashCentre = 3,
    /// The centre dies at a call to its disk, within the next requests.
    CrashCentreInWrite = 3,
    StartCentre = 12,
    BackUpCentre = 3,
    RestoreCentre = 4,
    JumpClock = 5,
    Upgrade = 4,
    Rebuild = 2,
    Wake = 20,
    /// Another cooperative's papers and sessions under this one's token.
    Trespass = 2,
    /// Bytes that are no message, or not a sound one.
    Garbage = 3,
}

/// What the network does to messages, in percent, and how long they take.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    pub loss: usize,
    pub duplicate: usize,
    /// One bit of a pack turned over, or a body cut off.
    pub damage: usize,
    /// Somebody else answers: a login page, a tired proxy.
    pub portal: usize,
    /// An answer that is lost after the centre did what was asked.
    pub lost_answer: usize,
    pub delay_ms: i64,
    pub slow: usize,
}

impl Weather {
    /// After the storm.
    pub const FAIR: Self =
        Self { loss: 0, duplicate: 0, damage: 0, portal: 0, lost_answer: 0, delay_ms: 200, slow: 0 };
}

/// The draw of one seed.
#[derive(Clone, Debug)]
pub struct Plan {
    pub tills: usize,
    pub steps: usize,
    pub weights: Vec<u32>,
    pub weather: Weather,
    /// Percent of tills that have a wrong clock, an old app.
    pub wrong_clocks: usize,
    pub old_apps: usize,
    /// Percent of writes that are sent soon after.
    pub eager: usize,
    /// Percent of steps that last for hours or days.
    pub long: usize,
}

impl Plan {
    pub fn draw(chance: &mut Chance) -> Self {
        let weights = Act::ALL.iter().map(|(act, usual)| weight(chance, *act, *usual)).collect();
        let calm = chance.percent(15);
        let mut percent = |most: i64| if calm || chance.percent(35) { 0 } else { draw_percent(chance, most) };
        let weather = Weather {
            loss: percent(30),
            duplicate: percent(50),
            damage: percent(10),
            portal: percent(10),
            lost_answer: percent(25),
            delay_ms: 200,
            slow: percent(15),
        };
        Self {
            tills: usize::try_from(chance.between(2, 6)).unwrap_or(2),
            steps: usize::try_from(chance.between(60, 260)).unwrap_or(100),
            weights,
            weather: Weather { delay_ms: chance.between(20, 3_000), ..weather },
            wrong_clocks: draw_percent(chance, 60),
            old_apps: draw_percent(chance, 60),
            eager: draw_percent(chance, 70),
            long: draw_percent(chance, 15),
        }
    }
}

fn draw_percent(chance: &mut Chance, most: i64) -> usize {
    usize::try_from(chance.between(0, most)).unwrap_or(0)
}

/// Selling goes on in every seed; anything else may be absent, usual or frequent.
fn weight(chance: &mut Chance, act: Act, usual: u32) -> u32 {
    let needed = matches!(act, Act::Sell | Act::Wake | Act::Restart | Act::StartCentre);
    match chance.below(10) {
        0..3 if !needed => 0,
        3..8 => usual,
        8 => usual * 3,
        _ => usual.div_ceil(2),
    }
}
