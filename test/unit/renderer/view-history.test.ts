import { expect, test, vi } from 'vitest';
import { create } from 'zustand';
import { followView, undoView, useViewHistory } from '#renderer/store/view-history.ts';

test('changes are taken back one by one, those made in one go together, and undoing is no change of its own', () => {
  vi.stubGlobal('window', { setTimeout, clearTimeout });
  const filter = create<{ search: string }>(() => ({ search: '' }));
  const order = create<{ by: string }>(() => ({ by: 'last' }));
  let time = 0;
  followView(filter, 'filter', () => time);
  followView(order, 'order', () => time);
  filter.setState({ search: 'a' });
  time = 100;
  filter.setState({ search: 'an' });
  time = 5_000;
  filter.setState({ search: 'anna' });
  filter.setState({ search: 'anna' });
  order.setState({ by: 'name' });
  expect(useViewHistory.getState().steps.map(({ words }) => words)).toEqual(['filter', 'filter', 'order']);
  undoView();
  expect(order.getState().by).toBe('last');
  undoView();
  expect(filter.getState().search).toBe('an');
  undoView();
  expect(filter.getState().search).toBe('');
  undoView();
  expect(filter.getState().search).toBe('');
  expect(useViewHistory.getState().steps).toEqual([]);
});
