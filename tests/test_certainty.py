"""What the shipped weights and gallery do not know is never answered as certain."""

from __future__ import annotations

import pytest

from benchmarks.strangers import KINDS, strangers
from entdemo.image.frame import frame_from_array
from entdemo.predictor import Predictor
from entdemo.settings import DEFAULT_GALLERY, DEFAULT_WEIGHTS

pytestmark = pytest.mark.slow
SEED = 17
SENTENCES = """
The train to Hanoi leaves at seven.
Please water the plants on the balcony.
How do I bake bread without yeast?
Two tickets for the cinema tonight.
The stock market fell by three percent.
My car makes a noise when it is cold.
Where is the nearest supermarket?
The river froze in January.
She plays the violin in an orchestra.
A recipe for noodle soup with beef.
The printer is out of paper.
Our football team lost again.
Rain is expected in the afternoon.
He painted the fence green.
The parliament votes on Thursday.
A cat sleeps on the sofa.
Update the software before Friday.
The bridge was closed for repairs.
Translate this letter into French.
Good morning, how are you?
The hotel has a swimming pool.
I lost my keys at the station.
The museum opens at ten.
Seven dwarfs live behind the mountains.
The battery of my phone is empty.
The fracture of the left femur was fixed with a nail.
Chest radiograph with a small pleural effusion.
The patient's blood pressure is well controlled.
Colonoscopy showed two polyps in the sigmoid colon.
Rash on both forearms since Monday.
The knee is swollen after a fall.
An appendix was removed ten years ago.
Cataract surgery of the right eye.
Physiotherapy for the lower back.
The dentist extracted a wisdom tooth.
Buy milk, eggs and flour.
The moon is full tonight.
The children built a castle of sand.
Interest rates will stay low.
The plane landed with a delay.
A poem about autumn leaves.
The algorithm sorts a list of numbers.
Turn off the lights when you leave.
The wine comes from the south.
The bicycle has a flat tyre.
I would like to rent a flat.
The lecture on history was long.
Tomatoes need a lot of sun.
The password must have eight letters.
The dog barks at the postman.
Chuyến tàu đi Huế khởi hành lúc bảy giờ.
Hôm nay trời mưa to ở Sài Gòn.
Cách nấu phở bò tại nhà.
Đội bóng của chúng tôi lại thua.
Tôi muốn thuê một căn hộ hai phòng.
Giá vàng hôm nay tăng nhẹ.
Con mèo ngủ trên ghế.
Mời anh chị uống trà.
Chiếc xe máy bị thủng lốp.
Thư viện mở cửa lúc tám giờ.
Gãy xương đùi trái sau tai nạn.
Nội soi đại tràng thấy hai polyp.
Bệnh nhân đau khớp gối phải.
Huyết áp ổn định từ tuần trước.
Siêu âm tim trong giới hạn bình thường.
Học sinh nghỉ hè vào tháng sáu.
Máy in hết giấy rồi.
Bài thơ về mùa thu.
Mua giúp tôi một ổ bánh mì.
Cầu đang sửa nên phải đi đường vòng.
Máy bay hạ cánh muộn một giờ.
Cây cà chua cần nhiều nắng.
Mật khẩu phải có tám ký tự.
Tôi quên chìa khóa ở nhà ga.
Ngân hàng đóng cửa vào chủ nhật.
""".strip().splitlines()


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.open(str(DEFAULT_WEIGHTS), str(DEFAULT_GALLERY), "cpu")


@pytest.mark.parametrize("kind", KINDS)
def test_no_picture_but_endoscopy_is_trusted(predictor: Predictor, kind: str) -> None:
    frames = [frame_from_array(picture) for picture in strangers(kind, 5, seed=SEED)]
    grades = [predictor.predict(frame).judgement.grade for frame in frames]
    assert len(grades) == 5
    assert "trust" not in grades


def test_no_sentence_on_other_things_is_trusted(predictor: Predictor) -> None:
    assert len(SENTENCES) == 75
    trusted = [it for it in SENTENCES if predictor.search(it).judgement.grade == "trust"]
    assert trusted == []


def test_a_finding_that_no_case_of_its_region_has_is_named(predictor: Predictor) -> None:
    assert predictor.search("mass in the left nasal cavity").absent_findings == ()
    larynx = predictor.search("mass on the left vocal cord")
    assert larynx.absent_findings == ("mass",)
    assert larynx.judgement.class_name is None
