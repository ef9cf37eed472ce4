//! Check digits of identifiers that Chinese documents carry.

/// The signs of a unified social credit code, in the order of their values (GB 32100-2015): no I, O, S, V, Z.
const CREDIT_SIGNS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Length of a unified social credit code.
const CREDIT_LENGTH: usize = 18;
/// Length of a vehicle identification number.
const VIN_LENGTH: usize = 17;
/// Weights of the seventeen places of a vehicle identification number (GB 16735); the ninth is the check digit itself.
const VIN_WEIGHTS: [u32; VIN_LENGTH] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/// Is this a unified social credit code (统一社会信用代码), its check digit included? It is also a company's tax number.
pub fn is_credit_code(text: &str) -> bool {
    let values: Option<Vec<usize>> = text
        .bytes()
        .map(|byte| CREDIT_SIGNS.iter().position(|sign| *sign == byte))
        .collect();
    let Some(values) = values.filter(|values| values.len() == CREDIT_LENGTH) else {
        return false;
    };
    let (body, check) = values.split_at(CREDIT_LENGTH - 1);
    let mut weight = 1;
    let mut sum = 0;
    for value in body {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    check == [(31 - sum % 31) % 31]
}

/// Is this a vehicle identification number (车辆识别代号), its check digit included?
pub fn is_vin(text: &str) -> bool {
    let values: Option<Vec<u32>> = text.bytes().map(vin_value).collect();
    let Some(values) = values.filter(|values| values.len() == VIN_LENGTH) else {
        return false;
    };
    let sum: u32 = values
        .iter()
        .zip(VIN_WEIGHTS)
        .map(|(value, weight)| value * weight)
        .sum();
    let check = match sum % 11 {
        10 => b'X',
        digit => b"0123456789"[digit as usize],
    };
    text.as_bytes().get(8) == Some(&check)
}

/// What a sign counts; I, O and Q are never used.
fn vin_value(byte: u8) -> Option<u32> {
    let letter = match byte {
        b'0'..=b'9' => return Some(u32::from(byte - b'0')),
        b'A'..=b'H' => byte - b'A' + 1,
        b'J'..=b'N' => byte - b'J' + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => byte - b'S' + 2,
        _ => return None,
    };
    Some(u32::from(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_code_has_eighteen_signs_and_its_check_digit() {
        assert!(is_credit_code("91330100MA27XL0J0D") == check_by_hand("91330100MA27XL0J0D"));
        let good = with_check("91330106MA2B1C2D3");
        assert!(is_credit_code(&good), "{good}");
        assert!(!is_credit_code(&good[..17]), "too short");
        assert!(
            !is_credit_code(&good.replace("330106", "330160")),
            "two digits swapped"
        );
        assert!(!is_credit_code(&good.to_lowercase()));
        assert!(!is_credit_code("91330106MA2B1C2DI0"), "no I");
        assert!(!is_credit_code(""));
    }

    fn with_check(body: &str) -> String {
        let good = CREDIT_SIGNS
            .iter()
            .map(|sign| format!("{body}{}", char::from(*sign)));
        good.clone()
            .find(|code| check_by_hand(code))
            .unwrap_or_default()
    }

    /// The rule in other words: the weighted sum with the check digit is a multiple of 31.
    fn check_by_hand(code: &str) -> bool {
        let weights = [
            1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1,
        ];
        let sum: usize = code
            .bytes()
            .zip(weights)
            .map(|(byte, weight)| {
                weight
                    * CREDIT_SIGNS
                        .iter()
                        .position(|sign| *sign == byte)
                        .unwrap_or(0)
            })
            .sum();
        sum.is_multiple_of(31)
    }

    #[test]
    fn a_vin_has_its_check_digit_in_the_ninth_place() {
        assert!(is_vin("11111111111111111"));
        assert!(is_vin("1M8GDM9AXKP042788"), "a remainder of ten is X");
        assert!(!is_vin("1M8GDM9A1KP042788"));
        assert!(!is_vin("1M8GDM9AXKP042789"));
        assert!(!is_vin("1M8GDM9AXKP04278"), "too short");
        assert!(!is_vin("1M8GDM9AXKPO42788"), "no O");
    }
}
