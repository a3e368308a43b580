"""Words that tell the language of a question that is too short for statistics.

Those that ask, order, and name what is seen.

Without accents, small. No word here is English too, or common in names of places: "the ships near
Las Palmas" is English.
"""

from __future__ import annotations

import unicodedata

_ENGLISH = """
about across active aerial aircraft airfield airplane airplanes airports all along also an and any
apron are area areas bare beach below beside big bigger biggest boat boats bottom box boxes bridge
bridges building buildings by caption cars centre church city classify close closest compare corner
cottages could count courts cover crossing describe description desert detect diamond different
docks does each edge every everything extract farm farmland farthest field fields find forest
forests from get ground harbor harbors harbour harbours has have highlight house houses how identify
industrial inside intersection it jets kind lake lakes land landmarks largest left locate longest
look lot many map mark mask meadow mountain near nearest next not number objects of or outline
overpass parking pictures planes please point pond residential right river rivers road roads roof
roofs row runway runways scene school search second segment ship ships show small smaller smallest
storage street streets summarize tank tanks tell than that the them there these thing things this
those to top tree trees truck trucks under upper urban vehicle vehicles vessel vessels water were
what whats where which who why width with woods yacht yachts you
"""
_OTHER = """
ca: quants quantes troba mostra compta totes vaixell vaixells avions cotxe cotxes edifici edificis
    riu bosc carretera aeroport descriu segmenta aquesta aquest imatge quin quina aixo
cs: kolik kde jaky jaka jake najdi ukaz spocitej vsechny vsechna lod lode lodi letadlo letadla
    letadel auta budova budovy budov silnice letiste pristav popis oznac obrys toto obrazku snimku
    nejvetsi stromy reka mosty plavidla
da: hvor mange hvad hvilken alle er skib skibe skibene biler bygning bygninger broer skov lufthavn
    havn beskriv tael dette billede billedet findes storste flyene fly bilerne
de: wie viele wieviele wo welche welcher welches finde finden suche zeige zeig zahle alle sind ist
    gibt diese dieser dieses dies bild schiff schiffe schiffen boote flugzeug flugzeuge flugzeugen
    autos fahrzeuge gebaude hauser brucke brucken hafen flughafen strasse strassen fluss grosste
    grossten beschreibe beschreiben markiere markieren segmentiere segmentieren umrande bitte und
    nicht keine eine einen lagertanks tanks? tennisplatz tennisplatze baume wasser felder anzahl
    zeichne einfahrt ort
es: cuantos cuantas cuanto cuanta donde encuentra encuentre encontrar busca buscar muestra muestrame
    cuenta contar cual cuales todos todas esta este esto imagen barco barcos buque buques avion
    aviones coche coches vehiculos edificio edificios casas puente puentes bosque carretera
    carreteras aeropuerto segmenta delinea senala localiza arboles agua tanques que lugar tipo una
    hangares pistas
fi: kuinka monta missa mika mita etsi loyda nayta laske kaikki laiva laivat laivaa laivoja lentokone
    lentokoneet lentokonetta lentokoneita autot autoa autoja rakennus rakennukset rakennuksia silta
    sillat siltoja joki metsa lentokentta satama kuvaile merkitse onko tama kuvassa suurin puut
fr: combien ou trouve trouver trouvez montre montrer montrez compte compter comptez est sont tous
    toutes quel quelle quels quelles cette bateau bateaux navire navires avion avions voiture
    voitures batiment batiments maisons riviere foret aeroport decris decrire decrivez segmente
    segmenter segmentez detoure detourer entoure reperer localiser quoi dans une arbres reservoirs
    ponts lieu les
hu: hany hol milyen keresd keress mutasd szamold osszes hajo hajok hajot hajokat repulo repulok
    repulogep repulogepek autok epulet epuletek hazak hid hidak folyo erdo repuloter kikoto jelold
    kepen legnagyobb talald
id: berapa dimana temukan cari tunjukkan hitung semua kapal pesawat bangunan gedung rumah jembatan
    sungai hutan jalan bandara pelabuhan jelaskan gambarkan apakah ini itu banyak terbesar
it: quanti quante quanto quanta dove dov trova trovare mostra mostrami conta contare quale quali
    sono tutti tutte questa questo immagine navi barca barche aereo aerei automobili macchine
    veicoli edificio edifici ponti fiume strada strade aeroporto descrivi segmenta individua
    evidenzia una gli nella sulla alberi cosa posto serbatoi piu ci delle
nl: hoeveel waar welke vind zoek toon alle zijn dit deze een het beeld schip schepen boten vliegtuig
    vliegtuigen autos gebouw gebouwen huizen brug bruggen rivier wegen vliegveld beschrijf
    segmenteer markeer omlijn geen niet grootste bomen zie daken
no: hvor mange hva hvilken finn alle er skipene biler bygning bygninger broer skog flyplass havn
    beskriv dette bildet finnes storste flyene fly bilene
pl: ile gdzie jaki jaka jakie jakich znajdz pokaz policz wszystkie wszystkich jest statek statki
    statkow samolot samoloty samolotow samochod samochody samochodow budynek budynki budynkow mosty
    rzeka drogi lotnisko opisz zaznacz wskaz obrysuj czy zdjecie zdjeciu obraz obrazie najwiekszy
    drzewa domy
pt: quantos quantas quanto onde encontre encontra encontrar mostre mostra conte contar qual quais
    todos todas esta este isto imagem navio navios barco barcos aviao avioes carro carros veiculos
    edificio edificios predio predios casas ponte pontes floresta estrada estradas aeroporto
    descreva segmente uma nao arvores que lugar aqui tanques
ro: cate cati unde gaseste arata numara toate toti nava navele nave avion avioane avioanele masini
    cladiri cladire poduri padure aeroport descrie segmenteaza sunt este aceasta acest imagine
    copaci
ru: наиди покажи все сколько где корабли это
sv: hur manga var vad vilken hitta alla ar fartyg fartygen skepp batar flygplan flygplanen bilar
    byggnad byggnader broar skog vagar flygplats hamn beskriv rakna markera detta bilden finns
    storsta bilarna
tr: kac nerede hangi bul goster tum butun var bu gemi gemiler gemileri gemiyi ucak ucaklar ucaklari
    araba arabalar arabalari arac araclar bina binalar binalari evler kopru kopruler nehir orman
    yollar havaalani liman betimle isaretle nedir burasi goruntu goruntude buyuk agac agaclar
    tanimla
vi: nhieu tau thuyen chiec khong nhung dau tat duong
"""

ENGLISH = frozenset(_ENGLISH.split())
"""Of English questions, and of no other language's."""
_STROKES = str.maketrans("łøđıßæœ", "lodisao")


def _homes() -> dict[str, tuple[str, ...]]:
    """Codes of languages by word."""
    homes: dict[str, tuple[str, ...]] = {}
    code = ""
    for word in _OTHER.split():
        if word.endswith(":"):
            code = word[:-1]
        else:
            homes[word] = (*homes.get(word, ()), code)
    return homes


_HOMES = _homes()


def plain(word: str) -> str:
    """A word without accents, small."""
    split = unicodedata.normalize("NFKD", word.casefold().translate(_STROKES))
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def languages_of(word: str) -> tuple[str, ...]:
    """Codes of the languages other than English that a word gives away.

    None where it could be English or a name.
    """
    return _HOMES.get(plain(word), ())
