"""Stand-ins typed for a signature: "tbd", "will sign", "pendiente", "待签".

It lists the words that name no person, in the languages that meet in a lab; signatures.py decides whether a text names one.

Words are compared without case and accents. A word that is a name somewhere (Niemand, Brak, Will) counts only alone or in a pair.
"""

from __future__ import annotations

import unicodedata

#: Letters that no accent makes.
_LETTERS = str.maketrans("ıøđłŋ", "iodln")


def plain(text: str) -> str:
    """A text as it is compared: folded, without accents, one kind of each letter."""
    apart = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return unicodedata.normalize("NFC", "".join(letter for letter in apart if unicodedata.category(letter) != "Mn"))


def _words(text: str) -> frozenset[str]:
    return frozenset(plain(word) for word in text.split())


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    found = (plain(pair).split() for pair in text.split(","))
    return frozenset((first, second) for first, second in found)


#: Written for a missing signature, alone or next to the name of the person who must give it.
NOT_YET = _words(
    "absent await awaiting awaits declined forthcoming incomplete maybe missing nobody not outstanding "
    "overdue pending perhaps "
    "postponed refused rejected requested tba tbc tbd tobesigned todo unapproved unavailable unclear "
    "unconfirmed undecided unknown "
    "unsigned unsure verbal verbally waiting waits withheld "
    "pendiente pendientes firmara desconocido desconocida ausente "  # Spanish
    "pendente pendentes aguardando assinara faltando desconhecido desconhecida ausencia "  # Portuguese
    "attente signera manquant manquante inconnu inconnue absente "  # French
    "ausstehend nicht fehlt fehlend unbekannt unterschreibt nachzureichen ungeklart wartet unsigniert "  # German
    "nepodepsano nepodepsan nepodepsana chybi neznamo neznamy neznama nevyplneno podepise doplnit dosud "
    "zatim "  # Czech
    "oczekuje niepodpisane niepodpisany brakuje nieznany nieznana podpisze jeszcze "  # Polish
    "attesa firmera sconosciuto sconosciuta sospeso mancante "  # Italian
    "bekliyor beklemede bekleniyor imzasiz imzalanacak bilinmiyor henuz "  # Turkish
    "afwachting niet onbekend openstaand ontbreekt "  # Dutch
    "vantar okand saknas avvaktar inte ikke venter ukjent ukendt mangler "  # Swedish, Norwegian, Danish
    "ожидает ожидается ожидание ожидаем нет не неизвестно неизвестен подпишет отсутствует позже "  # Russian
    "очікує невідомо ні немає підпише "  # Ukrainian
    "belum menunggu "  # Indonesian
    "معلق معلقة انتظار بانتظار الانتظار لم غير لاحقا مجهول "  # Arabic
    "ממתין ממתינה לא טרם "  # Hebrew
    "εκκρεμει αγνωστο αναμονη οχι "  # Greek
    # what takes a signature back, or says that there was none
    "asked canceled cancelled deactivated deceased declines deferred deleted denied denies didnt disapproved disputed emailed "
    "expired forgot forgotten forgets hasnt havent inactive invalid invalidated lapsed notsigned objected objects obsolete "
    "ooo overruled phoned questioned queried refuses rejects reminded removed replaced rescinded resigned resubmitted retracted "
    "revoked submitted superseded suspended terminated texted unavailable unconfirmed unreachable unresolved unverified "
    "vacation voided withdraws withdrawn withdrew wont yet "
    "anulada anulado caducada caducado cancelada cancelado denegada denegado enviada enviado olvidado rechazada rechazado "
    "retirada retirado revocada revocado suspendida suspendido vencida vencido "  # Spanish
    "expirada expirado negada negado recusada recusado rejeitada rejeitado revogada revogado suspensa suspenso "  # Portuguese
    "annule annulee envoye envoyee expire expiree oublie refuse refusee rejete rejetee retiree revoque revoquee suspendu "
    "suspendue "  # French
    "abgelaufen abgelehnt aufgehoben ausgesetzt beendet eingereicht entzogen ersetzt gesperrt storniert ungultig vergessen "
    "verweigert widerrufen zuruckgezogen "  # German
    "neplatna neplatne neplatny odeslano odmitnuto odvolano pozastaveno stazeno vyprselo zamitnuto zapomenuto zruseno "  # Czech
    "anulowano cofnieto niewazne odmowa odrzucono odwolano wycofano wygaslo wyslano zawieszono "  # Polish
    "annullata annullato inviato negata negato respinta respinto revocata revocato rifiutata rifiutato ritirato scaduta "
    "scaduto sospesa "  # Italian
    "askida cekildi gecersiz gonderildi iptal reddedildi unutuldu "  # Turkish
    "afgewezen geannuleerd geweigerd ingetrokken ongeldig opgeschort vergeten verlopen verzonden "  # Dutch
    "afvist annullerad aterkallad avbruten avslag avslagen avvisad avvist ogiltig skickad tilbagekaldt trukket udlobet ugyldig "
    "utgangen utlopt "  # Swedish, Norwegian, Danish
    "аннулировано забыл истекло недеиствительно отказ отказано отклонен отклонено отменен отменено отозван отозвано "
    "отправлено приостановлено просрочено "  # Russian
    "відкликано відмовлено відхилено недіисно прострочено скасовано "  # Ukrainian
    "dibatalkan dicabut ditolak kadaluarsa kedaluwarsa "  # Indonesian
    "ملغى ملغاة مرفوض مرفوضة منتهي منتهية مسحوب "  # Arabic
    "בוטל נדחה נמשך "  # Hebrew
    "ακυρο ανακληθηκε απορριφθηκε εληξε "  # Greek
)
#: Written in small letters they begin a sentence about a signature; with a capital they may be a name (Ask, Said, Left).
PROSE = _words(
    "are ask asking asks because been being but called calls chase chased chasing confirm confirming confirms did does doesn "
    "didn get gets getting got had has hasn have haven his is isn left messages msg must need needed needs once reminder remind "
    "said says shall should since tell tells their they told unless until wants was wasn weren when whether without would wouldn "
    "yesterday today tomorrow tonight"
)
#: What says so by two words together, each of which may be part of a name.
COMING = _pairs(
    "out of,will confirm,will do,will get,will ask,will call,will send,left message,left voicemail,no reply,no answer,no "
    "response,did not,does not,has not,have not,had not,is not,was not,is away,is out,on vacation,on holiday,on sabbatical,"
    "left lab,left institution,"
    "to be,to sign,to confirm,to follow,to come,will sign,will be,will approve,will follow,must sign,"
    "should sign,can sign,please sign,"
    "sign here,sign off,for signature,for approval,for review,in progress,in process,in review,under review,"
    "on hold,on leave,"
    "next week,next month,next visit,this week,this month,no signature,no name,no one,no approval,no pi,"
    "no approver,see email,see log,"
    "see note,see notes,see binder,see file,see attached,as above,same as,ask pi,sent to,emailed to,"
    "por firmar,por confirmar,por aprobar,sin firma,sin firmar,sin nombre,en espera,en tramite,aun no,"
    "todavia no,no aplica,no firmado,"
    "no firmada,no sabe,no hay,falta firma,falta la,"
    "por assinar,sem assinatura,sem nome,em espera,a assinar,ainda nao,nao assinado,nao assinada,nao sabe,"
    "a signer,a confirmer,a venir,non signe,non signee,pas encore,pas signe,en cours,sans signature,"
    "steht aus,noch offen,folgt noch,wird noch,ohne unterschrift,ohne name,zu unterschreiben,"
    "ceka se,ceka na,bez podpisu,k podpisu,jeste ne,bude podepsano,"
    "do podpisu,do uzupelnienia,"
    "da firmare,da confermare,non firmato,non ancora,senza firma,manca firma,manca la,"
    "hic kimse,imza yok,nog open,te tekenen,ej signerad,"
    "на подписи,на подпись,без подписи,"
    "da huy,tu choi,het han,thu hoi,chua ky,chua co,dang cho,cho ky,khong ro,khong co,"
    "서명 예정,확인 중,승인 대기,"
    "لا أحد,لا يوجد,لا نعرف,"
    "tidak ada"
)
#: Written alone in place of a name, without spaces; each may be part of a name or of a title.
ALONE = _words(
    "cancel changed closed deny duplicate ended error errors except expires forget hold held invoid left lost message nothing "
    "nowhere recalled reversed revoke stop stopped system undo unsign void voids withdraw wrong "
    "accepted anyone approved blank checked coming confirmed ditto done draft empty everyone false later na "
    "name nan nil no none noone "
    "null off ok okay open same self sign signature signed somebody someone soon test tomorrow true "
    "unchecked wait xx xxx xxxx yes yesno "
    "falta nadie ninguno ninguna si sin manana luego firma firmado nombre ninguem nenhum nenhuma sim depois assinado "
    "personne aucun aucune oui non signe demain nom keine keiner niemand offen folgt nein ja spater "
    "unterschrift unterschrieben "
    "ceka nikdo zadny zadna ano ne pozdeji podepsano nikt brak nie tak pozniej nessuno manca dopo firmato "
    "kimse yok evet hayir imza "
    "geen ja nee later volgt ingen nej senare да никто подписано после ingenting niets"
)
#: Scripts without spaces, or with joined letters: found anywhere in the text.
WITHIN = tuple(
    _words(
        "待定 待签 待簽 待批 待审 待審 待确认 待確認 待补 待補 待填 未签 未簽 未定 未知 未批 未确认 未確認 "
        "未填 未署名 未承認 未記入 未完 未授权 "
        "尚未 还没 還沒 没有 沒有 没签 暂无 暫無 不详 不詳 不明 等待 审批中 審批中 签字中 "
        "保留中 確認中 承認待ち 署名待ち 待ち 予定 後日 なし 検討中 "
        "撤销 撤銷 作废 作廢 取消 拒绝 拒絕 过期 過期 失效 驳回 駁回 撤回 已提交 却下 期限切れ 無効 拒否 失効 "
        "취소됨 취소 거부 철회 만료 무효 반려 "
        "रद्द अस्वीकृत "
        "미서명 미승인 없음 모름 보류 확인중 "
        "लंबित नहीं अज्ञात बाकी प्रतीक्षा "
        "รอลงนาม ยังไม่ ไม่ทราบ"
    )
)
#: How a text begins that waits for the person named after it.
BEFORE = ("待", "等")
#: The same where they are the whole text.
WHOLE = _words("无 無 否 是 有 同上 略 空 不 已签 済 無し 未 待 미정 대기 예정 네 아니요 لا نعم כן हाँ না")
