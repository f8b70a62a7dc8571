import type { Random } from './random.js';

/** The relative number of users in the country. */
const WEIGHTS: readonly (readonly [weight: number, countries: string])[] = [
  [190, 'China'],
  [104, 'Indonesia'],
  [58, 'Russia'],
  [54, 'Philippines'],
  [33, 'Brazil'],
  [31, 'Poland'],
  [28, 'Portugal'],
  [25, 'France, Sweden'],
  [20, 'United States'],
  [17, 'Japan, Ukraine'],
  [15, 'Czech Republic, Thailand'],
  [13, 'Argentina, Greece, Nigeria'],
  [11, 'Canada, Colombia, Peru'],
  [8, 'Mexico, Serbia, Vietnam'],
  [6, 'Bulgaria, Egypt, Iran, Ireland, Kazakhstan, Venezuela'],
  [5, 'Albania, Armenia, Bangladesh, Croatia, Ethiopia, Finland, Germany, Honduras, Morocco, Pakistan'],
  [4, 'Belarus, Chile, Cuba, Denmark, India, Malaysia, Netherlands, Norway, South Africa, South Korea, Tunisia, Yemen'],
  [
    3,
    'Afghanistan, Azerbaijan, Bolivia, Cameroon, Dominican Republic, Ecuador, Guatemala, Hungary, Israel, Italy, Kenya, ' +
      'Macedonia, Madagascar, Mongolia, New Zealand, Nicaragua, Spain, Tanzania, United Kingdom, Uzbekistan',
  ],
  [
    2,
    'Australia, Austria, Belgium, Benin, Bosnia and Herzegovina, Cambodia, Costa Rica, Estonia, Georgia, Ghana, Haiti, ' +
      'Jamaica, Jordan, Latvia, Lithuania, Moldova, Mozambique, Myanmar, Nepal, Panama, Paraguay, Saudi Arabia, Senegal, ' +
      'Slovenia, Sri Lanka, Switzerland, Syria, Tajikistan, Uganda, Uruguay, Zambia',
  ],
  [
    1,
    "Andorra, Angola, Bahamas, Bhutan, Botswana, Burkina Faso, Cape Verde, Chad, Comoros, Côte d'Ivoire, Cyprus, Djibouti, " +
      'Eritrea, Fiji, Gabon, Gambia, Guyana, Iceland, Kosovo, Kyrgyzstan, Laos, Lesotho, Liberia, Luxembourg, Malawi, ' +
      'Maldives, Mali, Malta, Mauritania, Mauritius, Montenegro, Namibia, Niger, Oman, Papua New Guinea, Rwanda, Samoa, ' +
      'San Marino, Sierra Leone, Slovakia, Somalia, Suriname, Togo, Tonga, Turkmenistan, Vanuatu, Zimbabwe',
  ],
];

/** Repeats each country as often as its weight. */
const BY_WEIGHT: readonly string[] = WEIGHTS.flatMap(([weight, names]) =>
  names.split(', ').flatMap(name => new Array<string>(weight).fill(name)),
);

/** All countries of users, the most frequent first. */
export const COUNTRIES: readonly string[] = [...new Set(BY_WEIGHT)];

/** A country: China and Indonesia are the most frequent, most are rare. */
export function randomCountry(random: Random): string {
  return random.pick(BY_WEIGHT);
}
