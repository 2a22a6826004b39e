//! Polish: a language with three forms of the plural.

use super::{Language, Verdict};

pub(super) const LANGUAGE: Language = Language {
    tag: "pl",
    right_to_left: false,
    subject: "Informacja o bezpieczeństwie od {service}: konta, z którymi miały Państwo kontakt",
    happened: "Zamknęliśmy w serwisie {service} {accounts} o fałszywej tożsamości. Działały wspólnie, \
               udawały zwykłe osoby i służyły do zdobywania zaufania innych. Z co najmniej jednym \
               z nich mieli Państwo kontakt, dlatego o tym informujemy.",
    accounts: |count| {
        let form = match (count, count % 10, count % 100) {
            (1, ..) => "konto",
            (_, 2..=4, tens) if !(12..=14).contains(&tens) => "konta",
            _ => "kont",
        };
        format!("{count} {form}")
    },
    means: [
        "Co to oznacza: jedno z nich oglądało Państwa profil, poprosiło o kontakt albo napisało \
         i nie otrzymało odpowiedzi. Nic więcej nam nie wiadomo.",
        "Co to oznacza: jedno z nich było w gronie Państwa kontaktów, mogło więc widzieć to, co \
         pokazują Państwo kontaktom. Nic więcej nam nie wiadomo.",
        "Co to oznacza: wymienili Państwo wiadomości z jednym z nich. To, co Państwo napisali, mogą \
         znać osoby, które za nim stoją.",
        "Co to oznacza: otworzyli Państwo link lub plik, który przysłało jedno z nich. Mógł być \
         nieszkodliwy, mógł też zainstalować oprogramowanie albo prosić o hasło.",
    ],
    to_do: "Co można zrobić:",
    steps: [
        &[
            "Nie trzeba nic robić natychmiast.",
            "Gdy o kontakt prosi ktoś nieznajomy, warto najpierw sprawdzić inną drogą, kim jest.",
            "Jeśli ktoś podejmie taki kontakt gdzie indziej, proszę nie otwierać tego, co przysyła, i zgłosić to.",
        ],
        &[
            "Proszę sprawdzić, co profil pokazuje kontaktom: pracodawcę, adres, numer telefonu.",
            "Proszę ostrożnie traktować wiadomości od osób poznanych przez ten kontakt.",
            "Jeśli ktoś podejmie taki kontakt gdzie indziej, proszę nie otwierać tego, co przysyła, i zgłosić to.",
        ],
        &[
            "Proszę przypomnieć sobie, co Państwo napisali, zwłaszcza o pracy, i w razie potrzeby \
             powiadomić dział bezpieczeństwa pracodawcy.",
            "Proszę nie otwierać linków ani plików z tej rozmowy, jakąkolwiek drogą przyjdą.",
            "Jeśli podali Państwo hasło lub kod, proszę je teraz zmienić i włączyć logowanie dwuetapowe.",
            "Jeśli ktoś podejmie tę rozmowę gdzie indziej, proszę nie odpowiadać i zgłosić to.",
        ],
        &[
            "Proszę nie otwierać ponownie tego linku ani pliku.",
            "Jeśli było to urządzenie służbowe, proszę dziś powiadomić dział bezpieczeństwa pracodawcy \
             i pokazać tę informację.",
            "Proszę sprawdzić urządzenie aktualnym programem ochronnym lub oddać do sprawdzenia zaufanej osobie.",
            "Na innym urządzeniu proszę zmienić hasła używane od tego czasu, najpierw do poczty, \
             i włączyć logowanie dwuetapowe.",
            "Jeśli ktoś podejmie tę rozmowę gdzie indziej, proszę nie odpowiadać i zgłosić to.",
        ],
    ],
    not: "Czego to nie oznacza: nie zrobili Państwo nic złego, konto pozostaje bez zmian i nikt \
          Państwa o nic nie oskarża.",
    genuine: "Jak sprawdzić, że ta informacja jest prawdziwa: nie zawiera linków i nigdy nie prosimy \
              o hasło. Proszę otworzyć {service} tak jak zwykle, przejść stamtąd do pomocy i zapytać \
              o sprawę {case}.",
    number: "Numer sprawy: {case}",
    granted: Verdict {
        subject: "{service}: odwołanie zostało uwzględnione",
        paragraphs: &[
            "Odwołali się Państwo od naszej decyzji w sprawie konta w {service}. Osoba, która nie brała \
             udziału w tej decyzji, zbadała ją ponownie i przyznała Państwu rację. Cofnęliśmy to, co \
             zrobiliśmy z kontem, o ile nikt go od tego czasu nie zmienił. Przepraszamy.",
        ],
    },
    rejected: Verdict {
        subject: "{service}: odwołanie nie zostało uwzględnione",
        paragraphs: &[
            "Odwołali się Państwo od naszej decyzji w sprawie konta w {service}. Osoba, która nie brała \
             udziału w tej decyzji, zbadała ją ponownie i decyzja pozostaje w mocy.",
            "Co jeszcze można zrobić: zwrócić się do certyfikowanego organu pozasądowego rozstrzygania \
             sporów, jeśli przewiduje to prawo, albo do sądu.",
        ],
    },
    reason: "Uzasadnienie osoby, która podjęła decyzję:",
};
