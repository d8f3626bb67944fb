"""
title:
  es: Ponte a prueba
  en: Test yourself
summary:
  es: Preguntas sobre filtros, mapas, redes profundas y cómo se comparan. Cuenta tu primera respuesta; el
    puntaje se queda en este navegador.
  en: Questions on filters, maps, deep networks and how they are compared. Your first answer counts; the score
    stays in this browser.
"""
# %% [markdown] lang="es" tags=["quiz"]
# Una convolución `nn.Conv2d(1, 10, 3)` recibe imágenes de 28 × 28. ¿De qué depende cuántos parámetros
# tiene?
#
# - [x] De los canales y del tamaño del filtro: son 10 filtros de 1 × 3 × 3, cada uno con su sesgo.
# - [ ] Del tamaño de la imagen: los mismos pesos recorren todas las posiciones.
# - [ ] Del tamaño del *batch*: el *batch* no agrega parámetros.
#
# Se contesta en [Tres modelos, un conjunto de datos](three_models_one_dataset.md).

# %% [markdown] lang="en" tags=["quiz"]
# A convolution `nn.Conv2d(1, 10, 3)` receives images of 28 × 28. On what does its number of parameters
# depend?
#
# - [x] On the channels and the size of the filter: it is 10 filters of 1 × 3 × 3, each with its bias.
# - [ ] On the size of the image: the same weights visit every position.
# - [ ] On the batch size: the batch adds no parameters.
#
# Answered in [Three models, one data set](three_models_one_dataset.md).

# %% [markdown] lang="es" tags=["quiz"]
# Quieres comparar tres arquitecturas. ¿Qué les das?
#
# - [ ] Una semilla elegida, la que mejor se vea: elegir infla.
# - [ ] A cada una, tantas épocas como necesite para ganar: así decides el resultado de antemano.
# - [x] El mismo presupuesto, los mismos datos de prueba y varias semillas: si cambia más de una cosa, no
#   sabes a cuál se debe el resultado.
#
# Se contesta en [Tres modelos, un conjunto de datos](three_models_one_dataset.md).

# %% [markdown] lang="en" tags=["quiz"]
# You want to compare three architectures. What do you give them?
#
# - [ ] One chosen seed, the one that looks best: choosing inflates.
# - [ ] To each as many epochs as it needs to win: that decides the result beforehand.
# - [x] The same budget, the same test set and several seeds: if more than one thing changes, you do not
#   know which one made the result.
#
# Answered in [Three models, one data set](three_models_one_dataset.md).

# %% [markdown] lang="es" tags=["quiz"]
# Pones una ReLU después de la última capa de un clasificador. ¿Qué riesgo corres?
#
# - [ ] Ninguno, los logits son positivos: pueden tener cualquier signo.
# - [x] Una clase cuyo logit queda en cero para siempre: donde la ReLU está apagada no pasa gradiente que la
#   despierte.
# - [ ] Que las probabilidades no sumen uno: de eso se ocupa softmax.
#
# Se contesta en [Tres modelos, un conjunto de datos](three_models_one_dataset.md).

# %% [markdown] lang="en" tags=["quiz"]
# You put a ReLU after the last layer of a classifier. What do you risk?
#
# - [ ] None, logits are positive: they may have any sign.
# - [x] A class whose logit stays at zero for ever: where the ReLU is off, no gradient passes to wake it.
# - [ ] That probabilities do not sum to one: softmax takes care of that.
#
# Answered in [Three models, one data set](three_models_one_dataset.md).

# %% [markdown] lang="es" tags=["quiz"]
# Los intervalos de dos modelos se solapan. ¿Qué escribes?
#
# - [ ] Gana el de mayor exactitud: con otros ejemplos podría ganar el otro.
# - [ ] Que son idénticos: no poder distinguirlos no prueba que lo sean.
# - [x] Con estos datos no se distinguen: para decidir hace falta una prueba más larga o comparar caso por
#   caso.
#
# Se contesta en [Tres modelos, un conjunto de datos](three_models_one_dataset.md).

# %% [markdown] lang="en" tags=["quiz"]
# The intervals of two models overlap. What do you write?
#
# - [ ] The one with the higher accuracy wins: with other examples the other might.
# - [ ] That they are identical: not being able to tell them apart does not prove it.
# - [x] These data do not tell them apart: to decide takes a longer test or a comparison case by case.
#
# Answered in [Three models, one data set](three_models_one_dataset.md).

# %% [markdown] lang="es" tags=["quiz"]
# Dos modelos tienen la misma exactitud. ¿Por qué mirar sus errores uno por uno?
#
# - [x] Porque pueden fallar en casos muy distintos: uno confunde dos clases y el otro reparte sus fallos;
#   eso cambia para qué sirven.
# - [ ] Para corregir a mano las etiquetas: las etiquetas solo se tocan si están mal, no si el modelo falla.
# - [ ] Para quitar los difíciles de los datos de prueba: entonces la prueba dejaría de medir.
#
# Se contesta en [Tres modelos, un conjunto de datos](three_models_one_dataset.md).

# %% [markdown] lang="en" tags=["quiz"]
# Two models have the same accuracy. Why look at their errors one by one?
#
# - [x] Because they may fail on very different cases: one confuses two classes and the other spreads its
#   errors; that changes what they are good for.
# - [ ] To correct the labels by hand: labels are touched only where they are wrong, not where the model
#   errs.
# - [ ] To take the hard ones out of the test set: then the test would no longer measure.
#
# Answered in [Three models, one data set](three_models_one_dataset.md).

# %% [markdown] lang="es" tags=["quiz"]
# Los nueve pesos de un filtro suman 0. ¿Qué sale de una pared gris y lisa?
#
# - [x] Cero: la constante sale de la suma y queda multiplicada por 0. Solo los cambios dejan huella.
# - [ ] El mismo gris: para eso los pesos tendrían que sumar 1.
# - [ ] Depende del gris: cualquier constante por 0 es 0.
#
# Se contesta en [Filtros de imagen, hechos a mano y aprendidos](image_filters.md).

# %% [markdown] lang="en" tags=["quiz"]
# The nine weights of a filter add up to 0. What comes out of a flat grey wall?
#
# - [x] Zero: the constant comes out of the sum and is multiplied by 0. Only changes leave a trace.
# - [ ] The same grey: for that the weights would have to add up to 1.
# - [ ] It depends on the grey: any constant times 0 is 0.
#
# Answered in [Image filters, made by hand and learned](image_filters.md).

# %% [markdown] lang="es" tags=["quiz"]
# Alguien muestra los filtros de su primera capa y dice: «aprendió detectores de bordes». ¿Qué le pides?
#
# - [ ] Nada: todas las redes convolucionales aprenden bordes en la primera capa.
# - [x] La misma medida de parecido en filtros al azar y en los pesos iniciales: a ojo, un sorteo también
#   parece un borde.
# - [ ] Que aumente el tamaño de los filtros: con más pesos el ojo se engaña igual.
#
# Se contesta en [Filtros de imagen, hechos a mano y aprendidos](image_filters.md).

# %% [markdown] lang="en" tags=["quiz"]
# Somebody shows the filters of their first layer and says: “it learned edge detectors”. What do you ask for?
#
# - [ ] Nothing: all convolutional networks learn edges in the first layer.
# - [x] The same measure of likeness on random filters and on the initial weights: to the eye, a random draw
#   looks like an edge as well.
# - [ ] Larger filters: with more weights the eye is deceived just the same.
#
# Answered in [Image filters, made by hand and learned](image_filters.md).

# %% [markdown] lang="es" tags=["quiz"]
# Tres convoluciones de 3 × 3 con paso 1, una tras otra. ¿Cuántos píxeles de lado ve una neurona de la
# tercera?
#
# - [ ] 3: eso ve en la capa anterior, no en la imagen.
# - [x] 7: cada capa agrega $k - 1 = 2$ píxeles, y $1 + 3 \cdot 2 = 7$.
# - [ ] 27: los lados se suman, no se multiplican, mientras el paso sea 1.
#
# Se contesta en [Mapas de características y Grad-CAM](feature_maps.md).

# %% [markdown] lang="en" tags=["quiz"]
# Three 3 × 3 convolutions with stride 1, one after another. How many pixels a side does a neuron of the third
# see?
#
# - [ ] 3: that is what it sees in the layer before, not in the image.
# - [x] 7: each layer adds $k - 1 = 2$ pixels, and $1 + 3 \cdot 2 = 7$.
# - [ ] 27: sides add up and do not multiply, as long as the stride is 1.
#
# Answered in [Feature maps and Grad-CAM](feature_maps.md).

# %% [markdown] lang="es" tags=["quiz"]
# Un mapa de Grad-CAM cae sobre el fondo y no sobre el objeto. La respuesta de la red es correcta. ¿Qué haces?
#
# - [ ] Confiar: la respuesta es correcta, pero pudo acertar por una pista que no estará en otra foto.
# - [x] Desconfiar y medir: en una tarea con la evidencia conocida, los mapas que no la señalan acompañan a la
#   mayoría de los errores.
# - [ ] Usar otro método hasta que el mapa caiga sobre el objeto: así eliges la explicación que te gusta.
#
# Se contesta en [Mapas de características y Grad-CAM](feature_maps.md).

# %% [markdown] lang="en" tags=["quiz"]
# A Grad-CAM map falls on the background and not on the object. The network's answer is right. What do you do?
#
# - [ ] Trust it: the answer is right, but it may rest on a hint that another photograph will lack.
# - [x] Doubt and measure: in a task whose evidence is known, the maps that do not point to it come with most
#   of the errors.
# - [ ] Use other methods until the map falls on the object: then you choose the explanation that you like.
#
# Answered in [Feature maps and Grad-CAM](feature_maps.md).

# %% [markdown] lang="es" tags=["quiz"]
# Una red de 22 capas sin sumas falla en los datos de **entrenamiento**, donde una de 6 aprende. ¿Por qué?
#
# - [ ] Le falta capacidad: puede imitar a la de 6 con convoluciones que dejan pasar la imagen tal cual.
# - [ ] Sobreajusta: entonces acertaría en entrenamiento y fallaría en prueba.
# - [x] No se deja optimizar: el gradiente es un producto de jacobianos que se apaga antes de llegar a las
#   primeras capas.
#
# Se contesta en [Redes residuales](residual_networks.md).

# %% [markdown] lang="en" tags=["quiz"]
# A network of 22 layers without sums fails on the **training** data, where one of 6 learns. Why?
#
# - [ ] It lacks capacity: it can imitate the one of 6 with convolutions that let the image through as it is.
# - [ ] It overfits: then it would be right in training and wrong in the test.
# - [x] It resists optimisation: the gradient is a product of Jacobians that dies out before it reaches the
#   first layers.
#
# Answered in [Residual networks](residual_networks.md).

# %% [markdown] lang="es" tags=["quiz"]
# Vas a entrenar un lector de dígitos y alguien propone poner la mitad de las imágenes en espejo. ¿Qué dices?
#
# - [ ] Que sí: cuantas más imágenes distintas, mejor.
# - [x] Que no: un 2 en espejo ya no es un 2, y se le enseñaría con la etiqueta de siempre.
# - [ ] Que sí, pero también en los datos de prueba: la prueba debe parecerse a lo que llegará.
#
# Se contesta en [Aumento de datos](augmentation.md).

# %% [markdown] lang="en" tags=["quiz"]
# You are about to train a reader of digits, and somebody proposes to mirror half of the images. What do you
# say?
#
# - [ ] Yes: the more different images, the better.
# - [x] No: a mirrored 2 is no longer a 2, and it would be taught with the same old label.
# - [ ] Yes, but in the test set too: the test must be like what will arrive.
#
# Answered in [Data augmentation](augmentation.md).

# %% [markdown] lang="es" tags=["quiz"]
# Una red segmenta fotos en las que casi todos los píxeles son fondo. ¿Por qué no basta la exactitud por
# píxel?
#
# - [x] Porque responder siempre «fondo» ya acierta casi todos: hay que informar IoU o Dice de cada clase.
# - [ ] Porque se calcula con pocos píxeles: sobran; lo que falta son píxeles del objeto.
# - [ ] Porque no es derivable: eso importa para la pérdida, no para informar.
#
# Se contesta en [Dónde está y qué píxeles ocupa](vision_tasks.md).

# %% [markdown] lang="en" tags=["quiz"]
# A network segments photographs in which nearly all pixels are background. Why is accuracy by pixel not
# enough?
#
# - [x] Because to answer “background” always already gets nearly all of them right: report IoU or Dice for
#   each class.
# - [ ] Because it rests on few pixels: there are plenty; what is scarce are pixels of the object.
# - [ ] Because it has no derivative: that matters to the loss, not to the report.
#
# Answered in [Where it is and which pixels it covers](vision_tasks.md).

# %% [markdown] lang="es" tags=["quiz"]
# Le quitas a un Vision Transformer los vectores de posición y barajas los parches de una foto. ¿Qué cambia en
# su respuesta?
#
# - [x] Nada: la atención y la MLP tratan a los parches como un conjunto; solo la posición los ordena.
# - [ ] Todo: eso le pasaría a una red convolucional, que mira vecindades.
# - [ ] Depende de cuántos bloques tenga: cada bloque trata igual a los parches barajados.
#
# Se contesta en [Un transformer que mira parches](vision_transformer.md).

# %% [markdown] lang="en" tags=["quiz"]
# You take the position vectors out of a Vision Transformer and shuffle the patches of a photograph. What
# changes in its answer?
#
# - [x] Nothing: attention and MLP treat the patches as a set; only the position orders them.
# - [ ] Everything: that would happen to a convolutional network, which looks at neighbourhoods.
# - [ ] It depends on how many blocks it has: each block treats shuffled patches alike.
#
# Answered in [A transformer that looks at patches](vision_transformer.md).
