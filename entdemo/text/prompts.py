"""Prompts of the seven classes: what the frame shows, in English and Vietnamese.

A class prototype is the normalised mean of the embeddings of its prompts. The prompts of a left
class are the exact mirror of those of the right class.
"""

from __future__ import annotations

from entdemo.text.sides import mirror_text

_RIGHT_SIDED: dict[str, dict[str, tuple[str, ...]]] = {
    "nose": {
        "en": (
            "An endoscopic view of the right nasal cavity.",
            "Right nose: the septum is on the right of the picture, the turbinates on the left.",
            "Right nasal fossa with its septum and the right inferior turbinate.",
            "Nasal endoscopy on the right, a dark slit between septum and turbinate.",
            "Right nostril, nasal mucosa, inferior and middle turbinate.",
            "Right nasal passage and right middle meatus.",
            "Right-sided nasal endoscopy, the right turbinate beside the nasal septum.",
        ),
        "vi": (
            "Hình ảnh nội soi hốc mũi phải.",
            "Mũi phải: vách ngăn nằm bên phải ảnh, các cuốn mũi nằm bên trái ảnh.",
            "Hốc mũi phải với vách ngăn và cuốn dưới phải.",
            "Nội soi mũi bên phải, khe tối giữa vách ngăn và cuốn mũi.",
            "Niêm mạc mũi phải, cuốn dưới, cuốn giữa bên phải.",
            "Khe mũi phải và khe giữa bên phải.",
            "Mũi (P): cuốn mũi cạnh vách ngăn.",
        ),
    },
    "ear": {
        "en": (
            "An otoscopic view of the right ear.",
            "Right tympanic membrane, cone of light at 5 o'clock.",
            "Right eardrum with the malleus handle leaning towards 1 o'clock.",
            "Right ear canal with the right eardrum at its end.",
            "Right ear: tympanic membrane, umbo, malleus handle and light reflex.",
            "Otoendoscopy on the right, eardrum and external auditory canal.",
            "Right-sided middle ear seen through the eardrum.",
        ),
        "vi": (
            "Hình ảnh nội soi tai phải.",
            "Màng nhĩ phải, nón sáng ở vị trí 5 giờ.",
            "Màng nhĩ phải, cán búa hướng về 1 giờ.",
            "Ống tai ngoài bên phải, màng nhĩ phải ở cuối ống tai.",
            "Tai phải: màng nhĩ, rốn nhĩ, cán búa, tam giác sáng.",
            "Soi tai bên phải, thấy màng nhĩ và ống tai.",
            "Tai (P): màng nhĩ và hòm nhĩ.",
        ),
    },
}

_UNSIDED: dict[str, dict[str, tuple[str, ...]]] = {
    "vc-open": {
        "en": (
            "An endoscopic view of the larynx with the vocal cords open.",
            "Vocal folds abducted, a dark triangle between two pale bands.",
            "Open glottis during inspiration, the trachea visible below.",
            "True vocal cords apart, wide glottic opening.",
            "Laryngoscopy in quiet breathing, abducted cords, epiglottis and arytenoids.",
            "The glottis is wide open and the vocal cords lie at the sides.",
            "Abducted vocal cords in the V shape of breathing.",
        ),
        "vi": (
            "Hình ảnh nội soi thanh quản, hai dây thanh mở.",
            "Dây thanh dạng, khoảng tối tam giác giữa hai dây thanh trắng.",
            "Thanh môn mở khi hít vào, thấy khí quản phía dưới.",
            "Hai dây thanh mở rộng, thanh môn rộng.",
            "Nội soi thanh quản thì thở, dây thanh mở, thấy thanh thiệt và sụn phễu.",
            "Thanh môn mở rộng, hai dây thanh nằm hai bên.",
            "Dây thanh ở tư thế mở hình chữ V.",
        ),
    },
    "vc-closed": {
        "en": (
            "An endoscopic view of the larynx with the vocal cords closed.",
            "Vocal folds adducted, two pale bands meeting in a line.",
            "Closed glottis during phonation.",
            "True vocal cords together in the midline, no glottic gap.",
            "Laryngoscopy in phonation, adducted cords, epiglottis and arytenoids together.",
            "The glottis is closed and the vocal cords touch each other.",
            "Adducted vocal cords approximated while saying eee.",
        ),
        "vi": (
            "Hình ảnh nội soi thanh quản, hai dây thanh khép.",
            "Dây thanh khép kín, hai dải trắng gặp nhau ở đường giữa.",
            "Thanh môn đóng khi phát âm.",
            "Hai dây thanh khép sát đường giữa, không còn khe hở.",
            "Nội soi thanh quản thì phát âm, dây thanh khép, sụn phễu sát nhau.",
            "Thanh môn đóng kín, hai dây thanh chạm nhau.",
            "Dây thanh ở tư thế khép khi phát âm i.",
        ),
    },
    "throat": {
        "en": (
            "A view of the throat through the mouth.",
            "Oropharynx with the soft palate, the uvula and both tonsils.",
            "Pharynx: posterior pharyngeal wall with vessels or granules.",
            "Palatine tonsils between the pillars, the uvula in the midline.",
            "Throat examination with a tongue depressor.",
            "The back of the throat behind the uvula.",
            "Oral pharynx, tonsils, pillars and base of the tongue.",
        ),
        "vi": (
            "Hình ảnh họng nhìn qua miệng.",
            "Họng miệng với màn hầu, lưỡi gà và hai amidan.",
            "Họng: thành sau họng có mạch máu hoặc hạt.",
            "Amidan khẩu cái nằm giữa các trụ, lưỡi gà ở giữa.",
            "Khám họng bằng đè lưỡi.",
            "Thành sau họng phía sau lưỡi gà.",
            "Họng miệng, amidan, trụ amidan và đáy lưỡi.",
        ),
    },
}


def _mirrored(prompts: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(mirror_text(text) for text in texts) for key, texts in prompts.items()}


CLASS_PROMPTS: dict[str, dict[str, tuple[str, ...]]] = {
    "nose-right": _RIGHT_SIDED["nose"],
    "nose-left": _mirrored(_RIGHT_SIDED["nose"]),
    "ear-right": _RIGHT_SIDED["ear"],
    "ear-left": _mirrored(_RIGHT_SIDED["ear"]),
    **_UNSIDED,
}
"""Prompts of each class by language code (``en``, ``vi``)."""
