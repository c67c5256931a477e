import { computed } from 'vue';
import { useI18n } from 'vue-i18n';

const DAY_MS = 86_400_000;

function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** A day that is the same for all times of it, here. */
export function dayOf(time: number): number {
  return startOfDay(time);
}

/** How many days ago a time was, by the calendar. */
function daysAgo(time: number): number {
  return Math.round((startOfDay(Date.now()) - startOfDay(time)) / DAY_MS);
}

/** Times in the reader's language. Arguments are milliseconds since 1970. */
export function useDates() {
  const { t, locale } = useI18n();
  const formats = computed(() => {
    const of = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale.value, options);
    return {
      time: of({ hour: 'numeric', minute: '2-digit' }),
      weekday: of({ weekday: 'short' }),
      date: of({ month: 'short', day: 'numeric' }),
      dateOfYear: of({ year: 'numeric', month: 'short', day: 'numeric' }),
      long: of({ weekday: 'long', month: 'long', day: 'numeric' }),
      longOfYear: of({ year: 'numeric', month: 'long', day: 'numeric' }),
      full: of({ dateStyle: 'full', timeStyle: 'medium' }),
    };
  });
  const thisYear = (time: number) => new Date(time).getFullYear() === new Date().getFullYear();

  const time = (at: number) => formats.value.time.format(at);
  const full = (at: number) => formats.value.full.format(at);

  /** For separators: today, yesterday, or the date. */
  function day(at: number): string {
    const ago = daysAgo(at);
    if (ago === 0) return t('date.today');
    if (ago === 1) return t('date.yesterday');
    return (thisYear(at) ? formats.value.long : formats.value.longOfYear).format(at);
  }

  /** For lists: as short as it stays clear. */
  function brief(at: number): string {
    if (at <= 0) return '';
    const ago = daysAgo(at);
    if (ago <= 0) return time(at);
    if (ago === 1) return t('date.yesterday');
    if (ago < 7) return formats.value.weekday.format(at);
    return (thisYear(at) ? formats.value.date : formats.value.dateOfYear).format(at);
  }

  return { time, day, brief, full };
}
