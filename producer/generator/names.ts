function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

export const FEMALE_NAMES = words(`
  Adriana Agnieszka Aiko Aisha Alice Amara Amélie Ana Anastasia Anita Astrid Ayu Beatriz Camila Carmen Chiara Chloé Clara
  Dewi Dorota Ebba Elena Elif Emma Esther Eva Fatima Fernanda Fiona Frida Gabriela Grace Hana Helena Hye-jin Ines Ingrid
  Irina Isabel Jana Jia Joanna Júlia Karin Katarzyna Keiko Laila Larissa Lea Leila Lena Ling Lucía Magda Maja Maria Mei
  Mina Nadia Naomi Natalia Ngozi Nina Nur Oksana Olga Paula Petra Putri Rania Rosa Ruth Sakura Sara Signe Sofia Sri
  Svetlana Tatiana Teresa Thandiwe Valentina Vera Xiu Yara Yuki Zofia Zoë
`);

export const MALE_NAMES = words(`
  Adam Agus Ahmed Alejandro Aleksander Andrei Anton Bambang Bao Benoît Björn Bruno Budi Carlos Chen Chidi Daniel David
  Diego Dmitri Eduardo Emeka Emil Erik Fabio Felipe Filip Francesco Gustav Hao Hassan Henrique Hiroshi Hugo Ibrahim Igor
  Ivan Jakub Jan Javier Joko Jonas José Jun Kenji Kofi Lars Leandro Léo Li Luca Lukas Marek Mario Mateus Mehmet Miguel
  Mikhail Mohamed Nikola Nikos Nuno Oleg Oliver Omar Oscar Pablo Pavel Pedro Per Piotr Rafael Ravi Ricardo Rizky Samuel
  Sergei Somchai Stefan Sven Tadeusz Takeshi Thiago Tomáš Tunde Viktor Wei Yusuf Zoltán
`);

export const LAST_NAMES = words(`
  Abebe Adeyemi Almeida Andersson Bauer Becker Bernard Bianchi Boateng Bondarenko Carvalho Castillo Chen Costa Cruz Dąbrowski
  Diaz Dimitrov Dubois Dvořák Eriksson Fernandes Ferreira Fischer Flores Fontaine García Gomes González Gunawan Gustafsson
  Haddad Hansen Hernández Hidayat Horvat Huang Ivanov Jansen Jensen Johansson Jovanović Kamara Kaya Kim Kovács Kowalski
  Kumar Kuznetsov Lambert Larsson Laurent Le Lewandowski Li Lim Lin Lopes López Mahlangu Marques Martin Mazur Mendoza Meyer
  Moreau Morozov Mutua Müller Nakamura Nguyen Nielsen Novák Nowak Nugroho O'Brien Okafor Olsen Ortiz Papadopoulos Pereira
  Petrov Popov Pratama Quispe Ramírez Reyes Ribeiro Romero Rossi Saito Santos Saputra Sato Schneider Setiawan Shevchenko
  Silva Smirnov Smith Sokolov Sørensen Suzuki Svensson Tadesse Tan Tanaka Torres Tran Vargas Vasquez Volkov Wang Wijaya
  Wiśniewski Wójcik Wu Yamamoto Yang Yılmaz Zhang Zhao Zieliński
`);
