/** The Gregorian calendar, years 0001 to 9999, without any clock. */

interface Day {
  year: number;
  month: number;
  day: number;
}

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

export function isDay(year: number, month: number, day: number): boolean {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

function parts(text: string): Day {
  return { year: Number(text.slice(0, 4)), month: Number(text.slice(5, 7)), day: Number(text.slice(8, 10)) };
}

export function isDate(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false;
  const { year, month, day } = parts(text);
  return isDay(year, month, day);
}

function dayNumber({ year, month, day }: Day): number {
  const before = year - 1;
  const leaps = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  const passed = (DAYS_BEFORE_MONTH[month - 1] ?? 0) + (month > 2 && isLeap(year) ? 1 : 0);
  return before * 365 + leaps + passed + day;
}

/** Both texts are dates, as `isDate` says. */
export function daysBetween(from: string, to: string): number {
  return dayNumber(parts(to)) - dayNumber(parts(from));
}

export function yearsBetween(from: string, to: string): number {
  // Dates of four-digit years are ordered as their texts are.
  if (to < from) return -wholeYears(to, from);
  return wholeYears(from, to);
}

function wholeYears(from: string, to: string): number {
  const began = parts(from);
  const ended = parts(to);
  const reached = ended.month > began.month || (ended.month === began.month && ended.day >= began.day);
  return ended.year - began.year - (reached ? 0 : 1);
}
