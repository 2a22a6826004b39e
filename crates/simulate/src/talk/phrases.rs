//! The patterns and words of each language, the most used first.

/// One language's stock of phrases.
pub(super) struct Phrases {
    pub(super) chat: &'static [&'static str],
    pub(super) answer: &'static [&'static str],
    pub(super) post: &'static [&'static str],
    pub(super) sharing: &'static [&'static str],
    pub(super) topics: &'static [&'static str],
    pub(super) places: &'static [&'static str],
    pub(super) days: &'static [&'static str],
}

/// The phrases of a language; English where there are none.
pub(super) fn of(language: &str) -> &'static Phrases {
    match language {
        "de" => &DE,
        "pl" => &PL,
        "ru" => &RU,
        "ar" => &AR,
        "he" => &HE,
        "fa" => &FA,
        _ => &EN,
    }
}

static EN: Phrases = Phrases {
    chat: &[
        "happy birthday, have a great day!",
        "are you around on {day}?",
        "did you see the thing about {topic}?",
        "thanks again for yesterday, it was really good to see you",
        "shall we meet at {place} on {day} around {number}?",
        "running {number} minutes late, sorry",
        "have you heard anything about the {jargon} meeting?",
        "can you send me your notes on {topic} when you have a minute",
        "the kids want to know whether {place} is open on {day}",
        "I finally finished the {jargon} report, took me {number} days",
        "what did you think of the talk about {topic} at {place}?",
        "please remind me to bring the {topic} things on {day}",
        "we are {number} people for dinner at {place}, do you want to come?",
        "any idea who looks after {topic} these days? the {jargon} people keep asking",
        "sorry for the short notice but could you take my {day} shift?",
        "I am at {place} until {day}, the view over the {topic} stand is lovely",
        "quick question about {topic}: is it still {number} like last year or has it changed",
        "mum says hello and asks about {topic}",
        "remember {place}? I walked past on {day} and thought of our {topic} evenings",
        "the {jargon} people moved everything to {day}, nobody told us about {topic}",
        "do you still have that old book on {topic}? my neighbour would love to borrow it",
        "between us, {topic} at {jargon} is a mess since {day}",
    ],
    answer: &[
        "thank you so much!",
        "ok, see you then",
        "yes, {day} works for me",
        "haha exactly",
        "no idea, sorry. ask at {place}?",
        "sounds good, let me check about {day}",
        "not this week, maybe on {day}",
        "I thought the same about {topic}",
        "will do, give me until {day}",
        "that is good to hear, and how is {topic} going?",
        "we paid {number} for it at {place} I think",
        "ask the {jargon} crowd, they know everything about {topic}",
        "let me think about it and get back to you",
        "who is this? do we know each other",
    ],
    post: &[
        "good morning everyone",
        "what a week. {topic} again.",
        "looking forward to {day} at {place}",
        "does anybody know a good introduction to {topic}?",
        "proud of the whole {jargon} team today",
        "day {number} of {topic} and I am still learning",
        "lovely evening at {place} with old friends",
        "unpopular opinion: {topic} is better on a {day}",
        "we are looking for {number} volunteers for {place} on {day}",
        "lost a grey scarf near {place}, please write if you find it",
        "ten years of {jargon}, thank you all for {topic} and everything else",
    ],
    sharing: &[
        "have a look at this",
        "this made my day",
        "worth reading, especially the part about {topic}",
        "here is the file we talked about",
        "saw this and thought of you",
        "the pictures from {place}",
        "the {jargon} slides from {day}",
        "long but good piece on {topic}, see page {number}",
    ],
    topics: &[
        "football", "the new phone", "gardening", "the election", "house prices", "running",
        "the train strike", "cooking", "chess", "solar panels", "old cars", "photography",
        "the school play", "vaccines", "bread baking", "the budget", "cycling", "travel insurance",
        "jazz", "the neighbour's dog", "tax forms", "knitting", "night shifts", "language classes",
        "science fiction", "home repairs", "bird watching", "bitcoin", "the weather", "holidays",
        "board games", "wifi", "parking", "the museum", "swimming", "coffee machines",
    ],
    places: &[
        "the station", "the old bridge", "the library", "the corner cafe", "the park",
        "the lake", "the office", "our place", "the market hall", "the harbour", "the gym",
        "the town hall", "the cinema", "the airport", "the bakery", "the hill",
    ],
    days: &[
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "the weekend",
    ],
};

static DE: Phrases = Phrases {
    chat: &[
        "alles Gute zum Geburtstag!",
        "hast du am {day} Zeit?",
        "hast du das mit {topic} gesehen?",
        "ich komme {number} Minuten später",
        "treffen wir uns am {day} bei {place}?",
        "weißt du etwas Neues über {jargon}?",
        "kannst du mir die Unterlagen zu {topic} schicken",
        "am {day} sind wir {number} Leute bei {place}",
        "{jargon} wurde auf {day} verschoben, wegen {topic}",
    ],
    answer: &[
        "vielen Dank!",
        "passt, bis dann",
        "am {day} geht es bei mir",
        "keine Ahnung, frag mal bei {place}",
        "das mit {topic} dachte ich auch",
        "kennen wir uns?",
    ],
    post: &[
        "guten Morgen zusammen",
        "schöner Abend bei {place}",
        "wer kennt sich mit {topic} aus?",
        "Tag {number} mit {topic}",
        "danke an alle von {jargon}",
    ],
    sharing: &["schau mal", "lesenswert zu {topic}", "die Bilder von {place}", "die Folien von {jargon}"],
    topics: &[
        "Fußball", "Garten", "Wahl", "Miete", "Laufen", "Bahnstreik", "Kochen", "Schach",
        "Solaranlage", "Fahrrad", "Schule", "Steuer", "Urlaub", "Wetter", "Museum", "Handy",
    ],
    places: &["Bahnhof", "Bibliothek", "Café", "Park", "See", "Büro", "Markt", "Rathaus"],
    days: &["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
};

static PL: Phrases = Phrases {
    chat: &[
        "wszystkiego najlepszego!",
        "masz czas w {day}?",
        "widziałeś to o {topic}?",
        "spóźnię się {number} minut, przepraszam",
        "spotkamy się {place} w {day}?",
        "wiesz coś nowego o {jargon}?",
        "wyślij mi proszę notatki o {topic}",
        "{jargon} przełożyli na {day}, chodzi o {topic}",
    ],
    answer: &[
        "bardzo dziękuję!",
        "dobrze, do zobaczenia",
        "w {day} mi pasuje",
        "nie wiem, zapytaj {place}",
        "też tak myślę o {topic}",
        "czy my się znamy?",
    ],
    post: &[
        "dzień dobry wszystkim",
        "piękny wieczór {place}",
        "kto się zna na {topic}?",
        "dzień {number}, znowu {topic}",
        "dziękuję całej ekipie {jargon}",
    ],
    sharing: &["zobacz to", "warto przeczytać o {topic}", "zdjęcia z {day}", "prezentacja {jargon}"],
    topics: &[
        "piłce", "ogrodzie", "wyborach", "mieszkaniach", "bieganiu", "pociągach", "gotowaniu",
        "szachach", "rowerach", "szkole", "podatkach", "wakacjach", "pogodzie", "muzeum",
    ],
    places: &["na dworcu", "w bibliotece", "w kawiarni", "w parku", "nad jeziorem", "w biurze", "na rynku"],
    days: &["poniedziałek", "wtorek", "środę", "czwartek", "piątek", "sobotę", "niedzielę"],
};

static RU: Phrases = Phrases {
    chat: &[
        "с днём рождения!",
        "ты свободен в {day}?",
        "видел новость про {topic}?",
        "опаздываю на {number} минут",
        "встретимся {place} в {day}?",
        "что слышно про {jargon}?",
        "пришли заметки про {topic}, когда сможешь",
    ],
    answer: &["спасибо большое!", "хорошо, до встречи", "в {day} могу", "не знаю, спроси {place}", "мы знакомы?"],
    post: &["всем доброе утро", "хороший вечер {place}", "кто разбирается про {topic}?", "день {number}: {topic}"],
    sharing: &["посмотри", "стоит прочитать про {topic}", "фото за {day}", "слайды {jargon}"],
    topics: &["футбол", "дачу", "выборы", "цены", "бег", "поезда", "кухню", "шахматы", "школу", "погоду"],
    places: &["на вокзале", "в библиотеке", "в кафе", "в парке", "у озера", "в офисе"],
    days: &["понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье"],
};

static AR: Phrases = Phrases {
    chat: &[
        "عيد ميلاد سعيد!",
        "هل أنت متفرغ يوم {day}؟",
        "هل رأيت الخبر عن {topic}؟",
        "سأتأخر {number} دقيقة",
        "نلتقي عند {place} يوم {day}؟",
        "هل من جديد عن {jargon}؟",
        "أرسل لي ملاحظاتك عن {topic} من فضلك",
    ],
    answer: &["شكرا جزيلا!", "حسنا، إلى اللقاء", "يوم {day} يناسبني", "لا أعرف، اسأل عند {place}", "هل نعرف بعضنا؟"],
    post: &["صباح الخير جميعا", "مساء جميل عند {place}", "من يعرف عن {topic}؟", "اليوم {number} مع {topic}"],
    sharing: &["انظر إلى هذا", "مقال مفيد عن {topic}", "صور يوم {day}", "عرض {jargon}"],
    topics: &["كرة القدم", "الحديقة", "الأسعار", "الجري", "القطار", "الطبخ", "الشطرنج", "المدرسة", "الطقس", "السفر"],
    places: &["المحطة", "المكتبة", "المقهى", "الحديقة", "البحيرة", "المكتب"],
    days: &["الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"],
};

static HE: Phrases = Phrases {
    chat: &[
        "יום הולדת שמח!",
        "יש לך זמן ביום {day}?",
        "ראית את הכתבה על {topic}?",
        "אני מאחר ב-{number} דקות",
        "ניפגש ליד {place} ביום {day}?",
        "שמעת משהו על {jargon}?",
    ],
    answer: &["תודה רבה!", "בסדר, נתראה", "יום {day} מתאים לי", "לא יודע, תשאל ליד {place}", "אנחנו מכירים?"],
    post: &["בוקר טוב לכולם", "ערב נעים ליד {place}", "מי מבין על {topic}?", "יום {number} של {topic}"],
    sharing: &["תראה את זה", "שווה לקרוא על {topic}", "תמונות מיום {day}", "המצגת של {jargon}"],
    topics: &["כדורגל", "הגינה", "מחירים", "ריצה", "הרכבת", "בישול", "שחמט", "מזג האוויר"],
    places: &["התחנה", "הספרייה", "בית הקפה", "הפארק", "האגם", "המשרד"],
    days: &["שני", "שלישי", "רביעי", "חמישי", "שישי", "שבת", "ראשון"],
};

static FA: Phrases = Phrases {
    chat: &[
        "تولدت مبارک!",
        "{day} وقت داری؟",
        "خبر {topic} را دیدی؟",
        "{number} دقیقه دیر می‌رسم",
        "{day} کنار {place} ببینیم؟",
        "از {jargon} خبری داری؟",
    ],
    answer: &["خیلی ممنون!", "باشه، می‌بینمت", "{day} برای من خوب است", "نمی‌دانم، از {place} بپرس", "ما همدیگر را می‌شناسیم؟"],
    post: &["صبح همه بخیر", "شب خوبی کنار {place}", "کسی درباره {topic} می‌داند؟", "روز {number} با {topic}"],
    sharing: &["این را ببین", "درباره {topic} خواندنی است", "عکس‌های {day}", "اسلایدهای {jargon}"],
    topics: &["فوتبال", "باغچه", "قیمت‌ها", "دویدن", "قطار", "آشپزی", "شطرنج", "هوا"],
    places: &["ایستگاه", "کتابخانه", "کافه", "پارک", "دریاچه", "دفتر"],
    days: &["دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه"],
};
