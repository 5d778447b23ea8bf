/** GB 11643: 17 digits and a check digit. */
import { isDay } from "./calendar.js";

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_DIGITS = "10X98765432";

export type CitizenNumberProblem = "id_no_malformed" | "id_no_birth_date" | "id_no_check_digit";

export function citizenNumberProblem(text: string): CitizenNumberProblem | null {
  if (!/^[0-9]{17}[0-9X]$/.test(text)) return "id_no_malformed";
  if (!isDay(Number(text.slice(6, 10)), Number(text.slice(10, 12)), Number(text.slice(12, 14)))) {
    return "id_no_birth_date";
  }
  const total = WEIGHTS.reduce((sum, weight, index) => sum + weight * Number(text[index]), 0);
  return CHECK_DIGITS[total % 11] === text[17] ? null : "id_no_check_digit";
}

export function birthDate(citizenNumber: string): string {
  return `${citizenNumber.slice(6, 10)}-${citizenNumber.slice(10, 12)}-${citizenNumber.slice(12, 14)}`;
}

/** The sex code of GB/T 2261.1: `1` male, `2` female. */
export function sexCode(citizenNumber: string): string {
  return Number(citizenNumber[16]) % 2 === 1 ? "1" : "2";
}
