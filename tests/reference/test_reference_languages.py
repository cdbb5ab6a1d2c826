"""Languages: English unless sure otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealwire.reference.languages import detect


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Der Chipkonzern will das neue Werk in Dresden nicht vor 2028 bauen"),
        ("de", "Start-up sammelt 20 Millionen Euro ein und will in die USA"),
        ("fr", "La pépite de l'intelligence artificielle lève 100 millions d'euros pour ses puces"),
        ("es", "La empresa compra una fábrica de chips en México por 300 millones"),
        ("it", "Il gruppo dei semiconduttori compra la società per 300 milioni di euro"),
        ("pt", "A empresa de chips anuncia fábrica no Brasil e não confirma os valores da operação"),
        ("nl", "Het bedrijf haalt 20 miljoen euro op voor nieuwe chips en gaat naar België"),
        ("pl", "Firma pozyskała 20 mln zł na rozwój i nie ujawnia, kto jest inwestorem"),
        ("tr", "Şirket yeni çip fabrikası için 20 milyon dolar yatırım aldı ve bu yıl başlıyor"),
        ("sv", "Bolaget tar in 20 miljoner kronor och ska bygga ett nytt datacenter i Luleå"),
        ("fi", "Yhtiö keräsi 20 miljoonaa euroa ja se on nyt myös Saksassa"),
        ("cs", "Firma získala 20 milionů korun a podle majitele není na prodej, který je za ní"),
        ("id", "Perusahaan itu akan membangun pusat data baru untuk kecerdasan buatan di Batam"),
        ("vi", "Công ty công nghệ đã nhận 20 triệu USD và sẽ xây trung tâm dữ liệu ở Hà Nội"),
        ("ja", "半導体スタートアップが資金調達を発表"),
        ("zh", "芯片公司完成新一轮融资"),
        ("ko", "반도체 스타트업, 투자 유치"),
        ("ru", "Компания покупает производителя чипов"),
        ("uk", "Компанія купує виробника чипів для її дата-центрів"),
        ("ar", "شركة الرقائق تجمع تمويلا جديدا"),
        ("fa", "شرکت تراشه\u200cسازی پول گرفت"),
        ("he", "חברת השבבים גייסה הון"),
        ("hi", "चिप कंपनी ने पूंजी जुटाई"),
        ("th", "บริษัทชิประดมทุนรอบใหม่"),
        ("el", "Η εταιρεία αγοράζει εργοστάσιο"),
    ],
)
def test_other_languages_are_told(language, text):
    assert detect(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "Nvidia buys chip start-up",
        "MatX raises $500M",
        "Die cut: TSMC shows 2nm die",
        "",
        "1234 5678",
        "AI",
        "🚀🚀🚀",
        "Café chain São Paulo Foods opens in Zürich",
        "Doctolib and Société Générale sign cloud deal",
        "La Caisse to buy data centres",
        "Der Spiegel: Infineon weighs Dresden expansion",
        "OpenAI opens Tokyo office (東京) next month",
        "El Paso site chosen by Meta",
        "Les Echos: Mistral in talks for new round",
        "Samsung (삼성) ships HBM4",
        "β-decay and the μ in chips: a primer",
        "n8n raises Series C",
        "De Tijd says imec plans fab",
        "A16z, YC back robotics seed",
        "https://example.com/i/la/de/el/que/en",
    ],
)
def test_english_and_doubtful_texts_stay_english(text):
    assert detect(text) == "en"


@given(st.text(max_size=600))
def test_any_text_has_a_language_code(text):
    assert len(detect(text)) == 2
