import { placeCell } from '#shared/domain/place-cell.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import type { ShownFilter } from '../../store/session-filter.ts';

/** Whether an event belongs to what Watch is narrowed to. */
export function feedFits(row: AuditRow, shown: ShownFilter): boolean {
  if (shown.connections.length > 0 && !shown.connections.includes(row.connection)) return false;
  if (shown.account !== null) {
    if (row.connection !== shown.account.connection || row.account?.id !== shown.account.id) return false;
  }
  if (shown.places !== null) {
    const { place } = row;
    if (place === null || place.latitude === null || place.longitude === null) return false;
    if (!shown.places.keys.has(placeCell(place.latitude, place.longitude))) return false;
  }
  if (shown.text === '') return true;
  const text = shown.text.toLowerCase();
  const facts = [
    row.account?.name,
    row.ip,
    row.place?.city,
    row.place?.country,
    row.network?.organisation,
    row.device?.browser?.name,
    row.device?.system?.name,
  ];
  return facts.some((fact) => fact?.toLowerCase().includes(text) === true);
}
