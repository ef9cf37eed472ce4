//! Companies of very different sizes, and picking one by its size.

use fastrand::Rng;

/// Sizes by Zipf's law: the share of number r falls as 1 / r^s. Picks a company with the chance of its share.
#[derive(Clone, Debug)]
pub struct Sizes {
    /// Shares added up; the last is 1.
    sums: Vec<f64>,
}

impl Sizes {
    /// So many companies with the exponent `s`; company 0 is the largest.
    pub fn zipf(companies: u32, s: f64) -> Self {
        let mut sum = 0.0;
        let mut sums: Vec<f64> = (1..=companies)
            .map(|rank| {
                sum += f64::from(rank).powf(-s);
                sum
            })
            .collect();
        sums.iter_mut().for_each(|one| *one /= sum);
        Self { sums }
    }

    /// How many there are.
    pub fn len(&self) -> u32 {
        u32::try_from(self.sums.len()).unwrap_or(u32::MAX)
    }

    /// True of a world without companies.
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// A company's share of everything.
    pub fn share(&self, company: u32) -> f64 {
        let at = company as usize;
        let before = at.checked_sub(1).map_or(0.0, |before| self.sums[before]);
        self.sums[at] - before
    }

    /// A company, by its share.
    pub fn pick(&self, random: &mut Rng) -> u32 {
        let point = random.f64();
        let at = self.sums.partition_point(|sum| *sum <= point);
        u32::try_from(at).unwrap_or(u32::MAX).min(self.len() - 1)
    }
}

/// Mixes two numbers into one that looks like neither (the finishing steps of SplitMix64): for rendezvous hashing.
pub(crate) fn mixed(a: u64, b: u64) -> u64 {
    let mut z = a
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(b.wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
